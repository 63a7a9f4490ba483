#pragma once

#include "token/sha256.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace token_service::http {

// What a service secret may be good for.
enum class Operation { Issue, Validate, Invalidate, Introspect, Sessions };

struct NamedSecret {
  std::string name;
  std::string secret;
  std::set<Operation> allowed;
};

// The secrets that trusted callers present. Holds digests only. A reload replaces all of them at
// once. Safe for use from many threads at once.
class ServiceSecrets {
 public:
  explicit ServiceSecrets(const std::vector<NamedSecret>& secrets) { replace(secrets); }

  void replace(const std::vector<NamedSecret>& secrets);

  // The name of the secret that `presented` is (X-SERVICE-SECRET) if it may be used for that, in a
  // time that tells nothing about how nearly; else none.
  std::optional<std::string> nameOf(const std::optional<std::string>& presented,
                                    Operation operation) const;

  // Whether `presented` is the secret of that name (HTTP Basic) and may be used for that.
  bool accepts(std::string_view name, std::string_view presented, Operation operation) const;

 private:
  struct Entry {
    std::string name;
    token::Sha256 digest;
    std::set<Operation> allowed;
  };

  std::atomic<std::shared_ptr<const std::vector<Entry>>> entries_;
};

}  // namespace token_service::http
