#include "property.hpp"
#include "read_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  token_service::fuzz::readBody("application/json", token_service::fuzz::textOf(data, size));
  return 0;
}
