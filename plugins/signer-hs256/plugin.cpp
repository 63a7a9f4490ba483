#include "hs256_signer.hpp"

TOKEN_SERVICE_SIGNER("signer-hs256", "0.1.0", token_service::signer_hs256::Hs256Signer)
