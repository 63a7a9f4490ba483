#include "http/service_secrets.hpp"

#include <openssl/crypto.h>

namespace token_service::http {
void ServiceSecrets::replace(const std::vector<NamedSecret>& secrets) {
  auto entries = std::make_shared<std::vector<Entry>>();
  for (const NamedSecret& secret : secrets) {
    entries->push_back({secret.name, token::sha256(secret.secret), secret.allowed});
  }
  entries_.store(std::move(entries));
}

std::optional<std::string> ServiceSecrets::nameOf(const std::optional<std::string>& presented,
                                                  Operation operation) const {
  if (!presented) {
    return std::nullopt;
  }
  const token::Sha256 digest = token::sha256(*presented);
  const std::shared_ptr<const std::vector<Entry>> entries = entries_.load();
  const Entry* accepted = nullptr;
  for (const Entry& entry : *entries) {
    const bool equal = CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0;
    accepted = equal && entry.allowed.contains(operation) ? &entry : accepted;
  }
  return accepted == nullptr ? std::nullopt : std::optional(accepted->name);
}

bool ServiceSecrets::accepts(std::string_view name, std::string_view presented,
                             Operation operation) const {
  const token::Sha256 digest = token::sha256(presented);
  const std::shared_ptr<const std::vector<Entry>> entries = entries_.load();
  bool accepted = false;
  for (const Entry& entry : *entries) {
    const bool equal = CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0;
    accepted |= equal && entry.name == name && entry.allowed.contains(operation);
  }
  return accepted;
}

}  // namespace token_service::http
