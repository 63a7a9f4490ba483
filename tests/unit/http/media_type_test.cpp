#include "http/media_type.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

TEST(MediaType, KnowsThreeInAnyCaseWithAndWithoutCharset) {
  const std::pair<const char*, BodyEncoding> good[] = {
      {"application/json", BodyEncoding::Json},
      {"Application/JSON", BodyEncoding::Json},
      {"application/json; charset=utf-8", BodyEncoding::Json},
      {"application/json;charset=UTF-8", BodyEncoding::Json},
      {"application/json; charset=\"utf-8\"", BodyEncoding::Json},
      {"application/json ; Charset=utf-8", BodyEncoding::Json},
      {"application/json; x=y", BodyEncoding::Json},
      {"application/x-www-form-urlencoded", BodyEncoding::UrlEncodedForm},
      {"application/x-www-form-urlencoded; charset=utf-8", BodyEncoding::UrlEncodedForm},
      {"multipart/form-data; boundary=abc", BodyEncoding::MultipartForm},
      {"multipart/form-data; charset=utf-8; boundary=abc", BodyEncoding::MultipartForm}};
  for (const auto& [text, encoding] : good) {
    const std::optional<MediaType> type = parseMediaType(text);
    ASSERT_TRUE(type) << text;
    EXPECT_EQ(type->encoding, encoding) << text;
  }
}

TEST(MediaType, RefusesOthers_H66) {
  for (const char* text :
       {"", " ", ";", "text/plain", "text/html", "application/jsonx", "application/json2",
        "application/ json", "json", "application/*", "*/*", "application/json, text/plain",
        "application/json; charset=utf-16", "application/json; charset=latin1",
        "application/x-www-form-urlencoded; charset=iso-8859-1", "multipart/mixed; boundary=abc",
        "application/json\r\nX: y"}) {
    EXPECT_FALSE(parseMediaType(text)) << text;
  }
}

TEST(MediaType, RefusesWhatIsThereTwice) {
  for (const char* text : {"application/json; charset=utf-8; charset=utf-8",
                           "application/json; charset=utf-8; charset=utf-16",
                           "application/json; charset=utf-16; charset=utf-8",
                           "application/json; charset=utf-8; x=y; Charset=\"UTF-8\"",
                           "application/x-www-form-urlencoded; charset=utf-8;CHARSET=utf-8",
                           "multipart/form-data; charset=utf-8; boundary=abc; charset=utf-8",
                           "multipart/form-data; boundary=abc; boundary=abc",
                           "multipart/form-data; boundary=abc; Boundary=xyz"}) {
    EXPECT_FALSE(parseMediaType(text)) << text;
  }
}

TEST(MediaType, ABoundaryIsThatOfRfc2046) {
  const std::string start = "multipart/form-data; boundary=";
  EXPECT_EQ(parseMediaType(start + "----WebKitFormBoundaryABC123")->boundary,
            "----WebKitFormBoundaryABC123");
  EXPECT_EQ(parseMediaType(start + "\"a b'()+_,-./:=?\"")->boundary, "a b'()+_,-./:=?");
  EXPECT_TRUE(parseMediaType(start + std::string(70, 'b')));
  for (const std::string& boundary :
       {std::string(), std::string("\"\""), std::string(71, 'b'), std::string("\"a\\\\b\""),
        std::string("a@b"), std::string("\xc3\xa9")}) {
    EXPECT_FALSE(parseMediaType(start + boundary)) << boundary;
  }
  EXPECT_FALSE(parseMediaType("multipart/form-data"));
}

}  // namespace
}  // namespace token_service::http
