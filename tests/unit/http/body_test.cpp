#include "http/body.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

using namespace std::string_literals;

enum class Expected { Missing, Invalid, Good };

Request request(const std::string& type, const std::string& body) {
  Request request;
  request.content_type = type;
  request.body = body;
  return request;
}

std::optional<Failure> failureOfBody(const std::string& type, const std::string& body) {
  Body out;
  return Body::parse(request(type, body), out);
}

Body jsonBody(const std::string& json) {
  Body body;
  EXPECT_EQ(Body::parse(request("application/json", json), body), std::nullopt) << json;
  return body;
}

Body formBody(const std::string& form) {
  Body body;
  EXPECT_EQ(Body::parse(request("application/x-www-form-urlencoded", form), body), std::nullopt);
  return body;
}

template <typename Value>
Expected stateOf(const Field<Value>& field) {
  return field.missing() ? Expected::Missing : field.invalid() ? Expected::Invalid : Expected::Good;
}

Expected idState(const std::string& literal) {
  return stateOf(jsonBody("{\"id\":" + literal + "}").userId());
}

Expected usernameState(const std::string& literal) {
  return stateOf(jsonBody("{\"username\":" + literal + "}").username());
}

TEST(Body, ReadsThreeEncodings) {
  EXPECT_EQ(jsonBody(R"({"id":7})").userId().value.number, 7);
  EXPECT_EQ(formBody("username=x&id=7").userId().value.number, 7);
  Body body;
  EXPECT_EQ(Body::parse(request("multipart/form-data; boundary=b",
                                "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n"
                                "--b--\r\n"),
                        body),
            std::nullopt);
  EXPECT_EQ(body.userId().value.number, 7);
}

TEST(Body, RefusesOtherTypes_H66_H67) {
  EXPECT_EQ(failureOfBody("text/plain", "{}"), Failure::UnsupportedMediaType);
  Body out;
  Request without_type = request("", "{}");
  without_type.content_type = std::nullopt;
  EXPECT_EQ(Body::parse(without_type, out), Failure::UnsupportedMediaType);
  Request packed = request("application/json", "{}");
  packed.content_encoding = "gzip";
  EXPECT_EQ(Body::parse(packed, out), Failure::UnsupportedMediaType);
  packed.content_encoding = "identity";
  EXPECT_EQ(Body::parse(packed, out), std::nullopt);
}

TEST(Body, RefusesWhatIsMalformed_J01_J02_J03_J10_J11_J14_J17) {
  for (const std::string& json :
       {""s, " "s, "{"s, "[]"s, "1"s, "null"s, "\"id\""s, "{}{}"s, "{\"id\":1,\"id\":1}"s,
        "{\"id\":1e}"s, "\xef\xbb\xbf{}"s, "{\"a\":\"\xff\"}"s,
        "{\"a\":" + std::string(16, '[') + std::string(16, ']') + "}"}) {
    EXPECT_EQ(failureOfBody("application/json", json), Failure::InvalidRequest) << json;
  }
  EXPECT_EQ(failureOfBody("application/x-www-form-urlencoded", "a=%"), Failure::InvalidRequest);
  EXPECT_EQ(failureOfBody("multipart/form-data; boundary=b", "x"), Failure::InvalidRequest);
}

TEST(Body, IdsAreWholeNumbersFromOne) {
  for (const char* literal :
       {"1", "7", "9223372036854775807", R"("1")", R"("007")", R"("9223372036854775807")"}) {
    EXPECT_EQ(idState(literal), Expected::Good) << literal;
  }
  for (const char* literal : {"0",
                              "-1",
                              "-0",
                              "1.0",
                              "1e3",
                              "9223372036854775808",
                              "18446744073709551617",
                              "true",
                              "null",
                              "[]",
                              "[1]",
                              "{}",
                              R"("0")",
                              R"("+1")",
                              R"("-1")",
                              R"(" 1")",
                              R"("1 ")",
                              R"("1.0")",
                              R"("1e3")",
                              R"("0x1")",
                              R"("9223372036854775808")",
                              R"("1\u0000")",
                              R"("\uff11")",
                              R"("abc")"}) {
    EXPECT_EQ(idState(literal), Expected::Invalid) << literal;
  }
  EXPECT_EQ(idState(R"("")"), Expected::Missing);
  EXPECT_EQ(stateOf(jsonBody("{}").userId()), Expected::Missing);
  EXPECT_EQ(stateOf(formBody("id=").userId()), Expected::Missing);
  EXPECT_EQ(stateOf(formBody("id=+1").userId()), Expected::Invalid) << "a plus is a space";
  EXPECT_EQ(stateOf(formBody("id=%2B1").userId()), Expected::Invalid);
}

TEST(Body, IdsAreEchoedAsTheyCame) {
  EXPECT_EQ(jsonBody(R"({"id":7})").userId().value.json, "7");
  EXPECT_EQ(jsonBody(R"({"id":"7"})").userId().value.json, "\"7\"");
  EXPECT_EQ(formBody("id=7").userId().value.json, "\"7\"");
}

TEST(Body, UsernamesAreTextOfOneTo255Characters_J05_J06_J07_J08) {
  for (const std::string& literal :
       {R"("ann")"s, R"(" ann ")"s, R"("\u00e9\ud83d\ude00")"s, "\"" + std::string(255, 'x') + "\"",
        R"("'; DROP TABLE x;--")"s, R"("%s%n")"s, R"("${HOME}")"s}) {
    EXPECT_EQ(usernameState(literal), Expected::Good) << literal;
  }
  std::string wide;
  for (int count = 0; count < 255; ++count) {
    wide += "\u20ac";
  }
  EXPECT_EQ(usernameState("\"" + wide + "\""), Expected::Good) << "characters, not bytes";
  EXPECT_EQ(usernameState("\"" + wide + "\u20ac\""), Expected::Invalid);
  for (const std::string& literal :
       {"\"" + std::string(256, 'x') + "\"", R"(" ")"s, R"("   ")"s, R"("\u00a0\u2003\u3000")"s,
        R"("a\nb")"s, R"("\t")"s, R"("\u0000")"s, R"("a\u007f")"s, R"("a\u0085")"s, "7"s, "true"s,
        "null"s, "[]"s, "{}"s}) {
    EXPECT_EQ(usernameState(literal), Expected::Invalid) << literal;
  }
  EXPECT_EQ(usernameState(R"("")"), Expected::Missing);
  EXPECT_EQ(stateOf(jsonBody("{}").username()), Expected::Missing);
}

TEST(Body, AccessTokensAreAnyText) {
  EXPECT_EQ(jsonBody(R"({"access":"x.y.z"})").accessToken().value, "x.y.z");
  EXPECT_EQ(stateOf(jsonBody(R"({"access":""})").accessToken()), Expected::Missing);
  EXPECT_EQ(stateOf(jsonBody("{}").accessToken()), Expected::Missing);
  for (const char* literal : {"1", "true", "null", "[]", "{}"}) {
    EXPECT_EQ(stateOf(jsonBody("{\"access\":" + std::string(literal) + "}").accessToken()),
              Expected::Invalid);
  }
}

// Every other value is false and never waives the secret.
TEST(Body, IsFrontendIsOneOfAFewSpellings) {
  EXPECT_TRUE(jsonBody(R"({"is_frontend":true})").isFrontend());
  for (const char* literal :
       {"false", "1", "\"true\"", "\"True\"", "\"1\"", "null", "[true]", "{}"}) {
    EXPECT_FALSE(jsonBody("{\"is_frontend\":" + std::string(literal) + "}").isFrontend())
        << literal;
  }
  EXPECT_FALSE(jsonBody("{}").isFrontend());
  for (const char* value : {"true", "True", "1"}) {
    EXPECT_TRUE(formBody("is_frontend=" + std::string(value)).isFrontend()) << value;
  }
  for (const char* value : {"TRUE", "yes", "on", "", "0", "2", "false", "true+", "+true"}) {
    EXPECT_FALSE(formBody("is_frontend=" + std::string(value)).isFrontend()) << value;
  }
}

TEST(Body, NamesAreComparedToTheLetter_J12_J13_J23) {
  EXPECT_TRUE(jsonBody(R"({"ID":1,"id ":1,"other":{}})").userId().missing());
  EXPECT_EQ(jsonBody(R"({"\u0069d":1})").userId().value.number, 1);
}

}  // namespace
}  // namespace token_service::http
