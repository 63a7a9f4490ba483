#include "hs256_signer.hpp"

TOKEN_SERVICE_SIGNER("signer-hs256", TOKEN_SERVICE_VERSION,
                     token_service::signer_hs256::Hs256Signer)
