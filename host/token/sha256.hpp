#pragma once

#include <array>
#include <string_view>

namespace token_service::token {

using Sha256 = std::array<unsigned char, 32>;

// FIPS 180-4. Reuses a context of the thread: OpenSSL's own one-shot looks the algorithm up and
// allocates each time. Throws sdk::Error, Internal, if OpenSSL cannot.
Sha256 sha256(std::string_view bytes);

}  // namespace token_service::token
