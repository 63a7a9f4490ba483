#include "token_service/sdk/plugin.hpp"

#include "postgres_store.hpp"

TOKEN_SERVICE_STORE("store-postgres", TOKEN_SERVICE_VERSION,
                    token_service::store_postgres::PostgresStore)
