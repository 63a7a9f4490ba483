#include "token_service/sdk/plugin.hpp"

#include "postgres_store.hpp"

TOKEN_SERVICE_STORE("store-postgres", "1.0.0", token_service::store_postgres::PostgresStore)
