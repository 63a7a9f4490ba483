#include "token/json.hpp"

#include "token/utf8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <random>
#include <vector>

namespace token_service::token {
namespace {

using namespace std::string_literals;

std::string nested(int depth) {
  const auto size = static_cast<std::size_t>(depth);
  return std::string(size, '[') + std::string(size, ']');
}

std::optional<std::string> stringIn(const std::string& literal) {
  const std::optional<Json> value = parseJsonObject("{\"a\":" + literal + "}");
  return value && value->find("a")->isString() ? std::optional(value->find("a")->text)
                                               : std::nullopt;
}

TEST(Json, ReadsEveryKindOfValue) {
  const auto object = parseJsonObject(
      " {\t\"n\":null,\r\n\"t\":true,\"f\":false,\"i\":-12,\"d\":1.50,\"s\":\"x\",\"a\":[1,[]],"
      "\"o\":{\"k\":{}}} ");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->find("n")->type, Json::Type::Null);
  EXPECT_TRUE(object->find("t")->isTrue());
  EXPECT_EQ(object->find("f")->type, Json::Type::Boolean);
  EXPECT_FALSE(object->find("f")->isTrue());
  EXPECT_EQ(object->find("i")->integer(), -12);
  EXPECT_EQ(object->find("d")->text, "1.50");
  EXPECT_EQ(object->find("s")->text, "x");
  EXPECT_EQ(object->find("a")->children.size(), 2U);
  EXPECT_NE(object->find("o")->find("k"), nullptr);
  EXPECT_EQ(object->find("missing"), nullptr);
  EXPECT_EQ(object->find("a")->find(""), nullptr) << "an array has elements and no members";
}

TEST(Json, TextIsNotTrueAndTrueIsNotText) {
  const auto object = parseJsonObject(R"({"a":"true","b":true})");
  ASSERT_TRUE(object);
  EXPECT_FALSE(object->find("a")->isTrue());
  EXPECT_FALSE(object->find("b")->isString());
}

TEST(Json, TakesObjectsAndArraysAtTheTopOnly_J03) {
  EXPECT_TRUE(parseJson("{}"));
  EXPECT_TRUE(parseJson("[]"));
  EXPECT_FALSE(parseJsonObject("[]"));
  for (const char* text : {"1", "\"x\"", "true", "false", "null", "-", "x"}) {
    EXPECT_FALSE(parseJson(text)) << text;
  }
}

TEST(Json, RefusesWhatIsNotOneWholeDocument_J01_J02_J17) {
  for (const std::string& text :
       {""s,         " "s,          "\n"s,   "{"s,    "["s,    "{\"a\""s, "{\"a\":"s,
        "{\"a\":1"s, "{\"a\":\"x"s, "[1"s,   "[1,"s,  "}"s,    "{}{}"s,   "{} x"s,
        "[][]"s,     "{},"s,        "{}\0"s, "\0{}"s, "{}\v"s, "{]"s,     "[}"s}) {
    EXPECT_FALSE(parseJson(text)) << text;
  }
}

TEST(Json, RefusesWhatRfc8259DoesNotKnow_J18) {
  for (const char* text : {"{'a':1}",
                           "{a:1}",
                           "{\"a\":1,}",
                           "[1,]",
                           "[,1]",
                           "{,}",
                           "{\"a\" 1}",
                           "{\"a\"::1}",
                           "{1:1}",
                           "{null:1}",
                           "[1 2]",
                           "[NaN]",
                           "[Infinity]",
                           "[-Infinity]",
                           "[True]",
                           "[nul]",
                           "[tru]",
                           "[undefined]",
                           "[1]/**/",
                           "//\n[1]",
                           "[/*x*/1]",
                           "[#1]",
                           "[\"a\\\n\"]",
                           "[\xc2\xa0"
                           "1]",
                           "[0x10]",
                           "[truefalse]"}) {
    EXPECT_FALSE(parseJson(text)) << text;
  }
}

TEST(Json, RefusesByteOrderMarksAndOtherEncodings_J10) {
  for (const std::string& text : {"\xef\xbb\xbf{}"s, "{\0}\0"s, "\0{\0}"s, "\xff\xfe{\0}\0"s}) {
    EXPECT_FALSE(parseJson(text));
  }
}

TEST(Json, RefusesRepeatedNames_J11) {
  for (const char* text : {R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":1})", R"({"a":1,"\u0061":1})",
                           R"({"x":{"a":1,"a":1}})", R"([{"a":1,"a":1}])", R"({"":1,"":1})"}) {
    EXPECT_FALSE(parseJson(text)) << text;
  }
  EXPECT_TRUE(parseJson(R"({"a":{"a":1},"b":{"a":1},"A":1})"));
}

TEST(Json, AnEscapedNameIsTheSameName_J23) {
  const auto object = parseJsonObject(R"({"\u0075sername":"x"})");
  ASSERT_TRUE(object);
  EXPECT_NE(object->find("username"), nullptr);
}

TEST(Json, NestsSixteenDeepAndNoDeeper_J14_J15) {
  EXPECT_TRUE(parseJson(nested(16)));
  EXPECT_FALSE(parseJson(nested(17)));
  EXPECT_FALSE(parseJson(nested(200000)));
  EXPECT_FALSE(parseJson(std::string(200000, '[')));
  std::string objects;
  for (int depth = 0; depth < 100000; ++depth) {
    objects += "[{\"\":";
  }
  EXPECT_FALSE(parseJson(objects));
  EXPECT_TRUE(parseJson("{\"a\":1}", 1));
  EXPECT_FALSE(parseJson("{\"a\":{}}", 1));
  EXPECT_TRUE(parseJson("[[],[],[[]]]", 3));
}

TEST(Json, DecodesEscapes) {
  EXPECT_EQ(stringIn(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(stringIn(R"("\u0041\u00e9\u20AC\uD83D\uDE00")"), "A\u00e9\u20ac\U0001F600");
  EXPECT_EQ(stringIn(R"("\u0000")"), "\0"s);
}

TEST(Json, RefusesBadEscapes) {
  for (const char* literal :
       {R"("\x41")", R"("\")", R"("\u")", R"("\u004")", R"("\u004g")", R"("\u+041")", R"("\u-041")",
        R"("\U0041")", R"("\u 041")", R"("\a")", R"("\0")", R"("\'")", R"("\u0x41")"}) {
    EXPECT_FALSE(stringIn(literal)) << literal;
  }
}

TEST(Json, RefusesLoneSurrogates_J09) {
  for (const char* literal :
       {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")", R"("\udc00\ud800")",
        R"("\ud800\ud800")", R"("\ud800\n")", "\"\xed\xa0\x80\""}) {
    EXPECT_FALSE(stringIn(literal)) << literal;
  }
}

TEST(Json, RefusesControlCharactersAndBadUtf8InText) {
  for (char control = 0; control < 0x20; ++control) {
    EXPECT_FALSE(stringIn("\"a"s + control + "\"")) << int{control};
  }
  for (const char* literal : {"\"\xff\"", "\"\xc0\x80\"", "\"\xc3\"", "\"\xf4\x90\x80\x80\""}) {
    EXPECT_FALSE(stringIn(literal));
  }
  EXPECT_FALSE(parseJson("{\"\xff\":1}"));
  EXPECT_EQ(stringIn("\"\x7f\u00e9\""), "\x7f\u00e9");
}

TEST(Json, ReadsNumbersAsWritten) {
  for (const char* number : {"0", "-0", "1", "-1", "10", "1.0", "0.5", "1e3", "1E+3", "1.5e-3",
                             "1e300", "18446744073709551616", "-9223372036854775809"}) {
    const auto array = parseJson("["s + number + "]");
    ASSERT_TRUE(array) << number;
    EXPECT_EQ(array->children.front().text, number);
  }
  EXPECT_TRUE(parseJson("[" + std::string(64, '9') + "]"));
}

TEST(Json, RefusesNumbersThatNobodyCanMean_J19_J21) {
  EXPECT_FALSE(parseJson("[1e999]"));
  EXPECT_FALSE(parseJson("[-1e999]"));
  EXPECT_FALSE(parseJson("[" + std::string(65, '9') + "]"));
  EXPECT_FALSE(parseJson("[" + std::string(7000, '9') + "]"));
}

TEST(Json, RefusesNamesWithAZeroCharacter_J12) {
  EXPECT_FALSE(parseJson(R"({"username":"a","username\u0000x":"b"})"));
  EXPECT_TRUE(parseJson(R"({"username":"a\u0000b"})"));
}

TEST(Json, RefusesBadNumbers) {
  for (const char* number : {"+1", "01", "-01", "00", ".5", "1.", "-", "--1", "1e", "1e+", "1.e3",
                             "1..2", "1e1.5", "0e", "1_000", "1,0,", "\uff11", "-a", "0x1"}) {
    EXPECT_FALSE(parseJson("["s + number + "]")) << number;
  }
}

TEST(Json, IntegersAreWholeAndFit_J20_J21) {
  const auto integerIn = [](const std::string& text) {
    return parseJson("[" + text + "]")->children.front().integer();
  };
  EXPECT_EQ(integerIn("0"), 0);
  EXPECT_EQ(integerIn("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integerIn("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const std::string& text :
       {"-0"s, "1.0"s, "1e3"s, "1E0"s, "9223372036854775808"s, "18446744073709551616"s,
        "18446744073709551617"s, "-9223372036854775809"s, "\"1\""s, "true"s, "null"s, "[]"s,
        "{}"s}) {
    EXPECT_FALSE(integerIn(text)) << text;
  }
}

TEST(Json, AppendedStringsReadBack) {
  std::string text;
  for (int byte = 0; byte < 128; ++byte) {
    text.push_back(static_cast<char>(byte));
  }
  text += "\u00e9\u2028\U0001F600";
  std::string literal;
  appendJsonString(text, literal);
  EXPECT_EQ(stringIn(literal), text);
  EXPECT_EQ(literal.find('\n'), std::string::npos);
  EXPECT_EQ(literal.find('\x7f'), std::string::npos);
}

void expectUtf8(const Json& value) {
  EXPECT_TRUE(isUtf8(value.text));
  EXPECT_TRUE(isUtf8(value.name));
  for (const Json& child : value.children) {
    expectUtf8(child);
  }
}

// Whatever it is given, the reader neither crashes nor lets broken text through.
TEST(Json, SurvivesMutatedInputs) {
  const std::string seed =
      R"({"user_id":7,"sid":"a\u00e9\ud83d\ude00","list":[1,-2.5e3,true,null],"o":{"k":"\n"}})";
  static constexpr std::string_view kInserted = "{}[]\",:\\u0-e.\xff\xc3";
  std::mt19937 random(20240501);
  int good = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = seed;
    for (auto edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text.erase(at, 1 + random() % 8);
          break;
        case 2:
          text.insert(at, 1, kInserted[random() % kInserted.size()]);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 16));
      }
    }
    if (const std::optional<Json> value = parseJson(text)) {
      expectUtf8(*value);
      ++good;
    }
  }
  EXPECT_GT(good, 0);
  EXPECT_LT(good, 20000);
}

std::string objectOf(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "{\"" : ",\"") + name + "\":1";
  }
  return text + "}";
}

TEST(Json, FindsARepeatedNameAmongAnyNumberOfThem_J11) {
  for (const std::size_t count : {2U, 7U, 8U, 9U, 10U, 100U}) {
    std::vector<std::string> names;
    for (std::size_t number = 0; number < count; ++number) {
      names.push_back("name" + std::to_string(number));
    }
    ASSERT_TRUE(parseJsonObject(objectOf(names))) << count;
    for (std::size_t first = 0; first < count; first += 3) {
      for (std::size_t second = first + 1; second < count; second += 5) {
        std::vector<std::string> repeated = names;
        repeated[second] = repeated[first];
        EXPECT_FALSE(parseJsonObject(objectOf(repeated))) << count << first << second;
        EXPECT_FALSE(parseJsonObject("{\"o\":" + objectOf(repeated) + "}"));
        repeated[second].replace(0, 1, "\\u006e");
        EXPECT_FALSE(parseJsonObject(objectOf(repeated))) << "spelled in another way";
      }
    }
  }
}

// Comparing each name with each other one takes 64 times the steps for 8 times the names; sorting
// and reading take little more than 8. Whatever the machine does besides, the best of some is told.
TEST(Json, ManyNamesTakeLittleMoreThanTheirShare) {
  const auto best = [](std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t number = 0; number < count; ++number) {
      names.push_back(std::to_string(number));
    }
    const std::string text = objectOf(names);
    auto shortest = std::chrono::steady_clock::duration::max();
    for (int round = 0; round < 15; ++round) {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_TRUE(parseJsonObject(text));
      shortest = std::min(shortest, std::chrono::steady_clock::now() - start);
    }
    return shortest;
  };
  EXPECT_LT(best(16'000), 25 * best(2'000));
}

TEST(Json, StringsOfEveryLengthEndWhereTheyEnd) {
  for (std::size_t size = 0; size < 50; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(stringIn("\"" + plain + "\""), plain);
    for (std::size_t at = 0; at <= size; ++at) {
      for (const auto& [written, meant] : {std::pair{"\\n", "\n"},
                                           {"\\\"", "\""},
                                           {"\u00e9", "\u00e9"},
                                           {"\x7f", "\x7f"},
                                           {"\\ud83d\\ude00", "\U0001F600"}}) {
        EXPECT_EQ(stringIn("\"" + std::string(plain).insert(at, written) + "\""),
                  std::string(plain).insert(at, meant));
      }
      for (const char* bad : {"\n", "\x1f", "\\x", "\xff", "\xc3", "\""}) {
        EXPECT_FALSE(stringIn("\"" + std::string(plain).insert(at, bad) + "\"")) << size << at;
      }
    }
  }
}

}  // namespace
}  // namespace token_service::token
