#include "work_around.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/NumberParser.h>
#include <gtest/gtest.h>

#include <sstream>

namespace {

Poco::JSON::Object::Ptr parsed(const std::string& text) {
  Poco::JSON::Parser parser;
  return parser.parse(text).extract<Poco::JSON::Object::Ptr>();
}

std::string decoded(const std::string& text) {
  std::istringstream stream(text);
  Poco::Base64Decoder decoder(stream, Poco::BASE64_URL_ENCODING);
  return {std::istreambuf_iterator<char>(decoder), {}};
}

TEST(Traps, J8_OfRepeatedNamesTheLastWinsSilently) {
  EXPECT_TRAP(parsed(R"({"id":1,"id":2})")->getValue<int>("id") == 2,
              "one reason for token/json.hpp");
}

TEST(Traps, S2_AZeroByteEndsAName) {
  EXPECT_TRAP(parsed(R"({"id\u0000x":7})")->has("id"), "one reason for token/json.hpp");
}

TEST(Traps, S3_NumbersBeyond64BitsWrap) {
  for (int above = 0; above < 4; ++above) {
    const std::string number = "1844674407370955161" + std::to_string(6 + above);
    EXPECT_TRAP(parsed("{\"id\":" + number + "}")->getValue<std::int64_t>("id") == above,
                "one reason for token/json.hpp");
  }
}

TEST(Traps, TextAndNumbersAreConvertedWithoutAWord_J05) {
  EXPECT_TRAP(parsed(R"({"id":"7"})")->getValue<int>("id") == 7, "one reason for token/json.hpp");
  EXPECT_TRAP(parsed(R"({"name":7})")->getValue<std::string>("name") == "7",
              "one reason for token/json.hpp");
}

TEST(Traps, J4_Base64HasManySpellings) {
  for (const char* other : {"Zg==", "Zh==", "Zg==Zg=="}) {
    EXPECT_TRAP(decoded(other).substr(0, 1) == "f", "the SDK's own base64url reader");
  }
}

TEST(Traps, H3_HeaderValuesAreDecoded) {
  std::istringstream stream("Transfer-Encoding: =?UTF-8?Q?chunked?=\r\n\r\n");
  Poco::Net::MessageHeader header;
  header.read(stream);
  EXPECT_TRAP(header.get("Transfer-Encoding") == "chunked",
              "the check of raw headers in front of the HTTP server");
}

TEST(Traps, H4_NumbersMayHaveThousandsSeparators) {
  EXPECT_TRAP(Poco::NumberParser::parse64("1,0", ',') == 10,
              "the check of Content-Length in front of the HTTP server");
}

}  // namespace
