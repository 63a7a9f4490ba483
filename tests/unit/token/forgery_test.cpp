#include "one_key_service.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace token_service::token {
namespace {

using namespace std::string_view_literals;

// `./dev soak` asks for all of them, 1,000.
constexpr int kAll = 1000;
int wantedForgeries() {
  const char* wanted = std::getenv("TOKEN_SERVICE_FORGERIES");
  return wanted == nullptr ? kAll / 10 : std::atoi(wanted);
}

// How many tokens are edited, and of how many each bit is flipped, if all are asked for. Only what
// leaves a token well-formed comes as far as its signature; that is most of the edits.
struct Counts {
  const char* algorithm;
  int edited;
  int flipped;
  // A signature takes a millisecond: without `./dev soak` there are fewer.
  bool slow = false;
};

constexpr Counts kCounts[] = {{"HS256", kAll, 100},    {"RS256", 10, 100},     {"RS384", 10, 100},
                              {"RS512", 10, 100},      {"PS256", 10, 100},     {"PS384", 10, 100},
                              {"PS512", 10, 100},      {"ES256", 10, 100},     {"EdDSA", 10, 100},
                              {"ES384", 2, 100, true}, {"ES512", 2, 100, true}};

int share(const Counts& counts, int count) {
  const int wanted = wantedForgeries();
  return count * wanted / kAll / (counts.slow && wanted < kAll ? 5 : 1);
}

// What a lenient reader might skip, or take for one of ours: separators, padding, the other
// alphabet, white space, the end of a text, a byte beyond ASCII.
constexpr std::string_view kForeign = ".=+/\n \0\x80"sv;
const std::string kReplacements = std::string(sdk::base64url::kAlphabet).append(kForeign);
// Any further one of the alphabet would only move what follows in the same way.
const std::string kInsertions = std::string("A9-_").append(kForeign);

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
    EXPECT_EQ(accepted_.size(), 0U) << accepted_.front();
    std::cout << service_.algorithm << ": " << tried_ << " forgeries\n";
  }

 private:
  const Service& service_;
  std::int64_t tried_ = 0;
  std::vector<std::string> accepted_;
};

void tryReplacements(const std::string& good, Forgeries& forgeries) {
  std::string edited = good;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char character : kReplacements) {
      if (character != good[at]) {
        edited[at] = character;
        forgeries.tryOne(edited);
      }
    }
    edited[at] = good[at];
  }
}

// Each change of one character: in its place, taken out, put in between or at either end.
void tryEdits(const std::string& good, Forgeries& forgeries) {
  tryReplacements(good, forgeries);
  for (std::size_t at = 0; at < good.size(); ++at) {
    forgeries.tryOne(std::string(good).erase(at, 1));
    for (const char character : kInsertions) {
      forgeries.tryOne(std::string(good).insert(at, 1, character));
    }
  }
  for (const char character : kReplacements) {
    forgeries.tryOne(good + character);
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
  for (const Counts& counts : kCounts) {
    tryTokens(counts.algorithm, share(counts, counts.edited), tryEdits);
  }
}

TEST(Forgery, NoFlippedBitIsAccepted_P5_T36) {
  for (const Counts& counts : kCounts) {
    tryTokens(counts.algorithm, share(counts, counts.flipped), tryFlips);
  }
}

}  // namespace
}  // namespace token_service::token
