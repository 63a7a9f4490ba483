#include "token_service/sdk/plugin.hpp"

#include "sqlite_store.hpp"

TOKEN_SERVICE_STORE("store-sqlite", TOKEN_SERVICE_VERSION, token_service::store_sqlite::SqliteStore)
