#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace token_service::http {

// The secrets that trusted callers present in X-SERVICE-SECRET. Holds digests only.
class ServiceSecrets {
 public:
  explicit ServiceSecrets(const std::vector<std::string>& secrets);

  // Whether the header's value is one of them, in a time that tells nothing about how nearly.
  bool accepts(const std::optional<std::string>& presented) const;

 private:
  using Digest = std::array<unsigned char, 32>;
  std::vector<Digest> digests_;
};

}  // namespace token_service::http
