#include "rs256_signer.hpp"

TOKEN_SERVICE_SIGNER("signer-rs256", TOKEN_SERVICE_VERSION,
                     token_service::signer_rs256::Rs256Signer)
