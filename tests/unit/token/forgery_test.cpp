#include "one_key_service.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace token_service::token {
namespace {

// How many tokens each test starts from; `./dev soak` asks for 1,000.
int tokenCount() {
  const char* count = std::getenv("TOKEN_SERVICE_FORGERIES");
  return count == nullptr ? 250 : std::atoi(count);
}

// Algorithms whose verification is slow get one token in so many.
struct Share {
  const char* algorithm;
  int edits;
  int flips;
};

// HS256 has every token. Of the flips a tenth of the tokens is the full count: 100.
constexpr Share kShares[] = {
    {"HS256", 1, 2}, {"RS256", 50, 10}, {"PS256", 50, 10}, {"ES256", 50, 10}, {"EdDSA", 50, 10}};

// What base64url has and what its neighbours have: the other alphabet, padding, separators, space.
constexpr std::string_view kInserted = "A_9+/=. \n";

class Forgeries {
 public:
  explicit Forgeries(const Service& service) : service_(service) {}

  void tryOne(const std::string& text) {
    ++tried_;
    if (service_.accepts(text)) {
      accepted_.push_back(text);
    }
  }

  void expectNoneAccepted() const {
    EXPECT_GT(tried_, 0);
    EXPECT_EQ(accepted_.size(), 0U) << accepted_.front();
    std::cout << service_.algorithm << ": " << tried_ << " forgeries\n";
  }

 private:
  const Service& service_;
  std::int64_t tried_ = 0;
  std::vector<std::string> accepted_;
};

// Every removal, every insertion, every change of one character.
void tryEdits(const std::string& good, Forgeries& forgeries) {
  for (std::size_t at = 0; at <= good.size(); ++at) {
    for (const char character : kInserted) {
      forgeries.tryOne(std::string(good).insert(at, 1, character));
      if (at < good.size() && good[at] != character) {
        forgeries.tryOne(std::string(good).replace(at, 1, 1, character));
      }
    }
    if (at < good.size()) {
      forgeries.tryOne(std::string(good).erase(at, 1));
    }
  }
}

void tryFlips(const std::string& good, Forgeries& forgeries) {
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    forgeries.tryOne(flipped);
  }
}

template <typename Try>
void tryTokens(const char* algorithm, int count, Try forge) {
  SCOPED_TRACE(algorithm);
  const Service service(algorithm);
  Forgeries forgeries(service);
  for (int number = 0; number < count; ++number) {
    const std::string good = service.token(numbered(number));
    ASSERT_TRUE(service.accepts(good));
    forge(good, forgeries);
  }
  forgeries.expectNoneAccepted();
}

TEST(Forgery, NoEditOfOneCharacterIsAccepted_P4) {
  for (const Share& share : kShares) {
    tryTokens(share.algorithm, tokenCount() / share.edits, tryEdits);
  }
}

TEST(Forgery, NoFlippedBitIsAccepted_P5_T36) {
  for (const Share& share : kShares) {
    tryTokens(share.algorithm, tokenCount() / share.flips, tryFlips);
  }
}

}  // namespace
}  // namespace token_service::token
