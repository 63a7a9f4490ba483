#include "rs256_signer.hpp"

TOKEN_SERVICE_SIGNER("signer-rs256", "0.1.0", token_service::signer_rs256::Rs256Signer)
