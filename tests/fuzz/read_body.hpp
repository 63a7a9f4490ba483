#pragma once

#include <string_view>

namespace token_service::fuzz {

// Reads the body as a request of that type brings it, and checks what holds for every field of a
// body that is accepted.
void readBody(std::string_view content_type, std::string_view body);

}  // namespace token_service::fuzz
