#pragma once

#include "http_client.hpp"

#include <string>
#include <vector>

namespace token_service::test {

// The responses that these bytes are, those to `methods` and after them to requests of any method
// but HEAD; interim ones (100) are left out. Throws if anything else is there: half a response, or
// bytes between two.
std::vector<Reply> repliesIn(const std::string& bytes,
                             const std::vector<std::string>& methods = {});

}  // namespace token_service::test
