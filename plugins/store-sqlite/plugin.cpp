#include "token_service/sdk/plugin.hpp"

#include "sqlite_store.hpp"

TOKEN_SERVICE_STORE("store-sqlite", "1.0.0", token_service::store_sqlite::SqliteStore)
