#include "property.hpp"
#include "read_body.hpp"

#include <algorithm>

// The first line is the Content-Type, the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = token_service::fuzz::textOf(data, size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  token_service::fuzz::readBody(input.substr(0, end),
                                end == input.size() ? "" : input.substr(end + 1));
  return 0;
}
