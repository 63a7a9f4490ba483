#include "leak_check.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

namespace token_service::test {
namespace {

// Long enough that no other text holds it by chance.
constexpr std::size_t kPieceSize = 24;

struct Remembered {
  std::mutex mutex;
  std::set<std::string, std::less<>> pieces;
};

Remembered& remembered() {
  static Remembered all;
  return all;
}

}  // namespace

void rememberToken(const std::string& token) { rememberSecret(token.substr(token.rfind('.') + 1)); }

void rememberSecret(const std::string& secret) {
  const std::scoped_lock lock(remembered().mutex);
  remembered().pieces.insert(secret.substr(0, kPieceSize));
}

std::size_t rememberedSecrets() {
  const std::scoped_lock lock(remembered().mutex);
  return remembered().pieces.size();
}

// One pass over the text, whatever the number of pieces.
void expectNoSecretIn(std::string_view text, const std::string& place) {
  const std::scoped_lock lock(remembered().mutex);
  for (std::size_t begin = 0; begin + kPieceSize <= text.size(); ++begin) {
    const std::string_view piece = text.substr(begin, kPieceSize);
    if (remembered().pieces.contains(piece)) {
      ADD_FAILURE() << place << " holds a token or a secret: "
                    << text.substr(begin < 80 ? 0 : begin - 80, 160);
      return;
    }
  }
}

}  // namespace token_service::test
