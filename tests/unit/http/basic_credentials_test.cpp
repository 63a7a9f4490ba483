#include "http/basic_credentials.hpp"

#include "http/authorization_scheme.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

using Pair = std::pair<std::string, std::string>;

std::optional<Pair> credentials(const std::string& header) {
  const std::optional<BasicCredentials> found = basicCredentials(header);
  return found ? std::optional(Pair{found->name, found->secret}) : std::nullopt;
}

TEST(AuthorizationScheme, IsTheFirstWordInLowerCase) {
  const std::pair<const char*, const char*> cases[] = {
      {"Basic YTpi", "basic"}, {"BASIC", "basic"}, {"bEaReR x", "bearer"}, {"Bearer\tx", "bearer"},
      {"Token x", "token"},    {"", ""},           {" Basic x", ""},       {"Basicx", "basicx"}};
  for (const auto& [header, scheme] : cases) {
    EXPECT_EQ(authorizationScheme(header), scheme) << header;
  }
  EXPECT_EQ(authorizationScheme(std::nullopt), "");
}

TEST(BasicCredentials, AreTheNameAndTheSecret) {
  // RFC 7617 section 2; RFC 6749 section 2.3.1.
  EXPECT_EQ(credentials("Basic QWxhZGRpbjpvcGVuc2VzYW1l"), (Pair{"Aladdin", "opensesame"}));
  EXPECT_EQ(credentials("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
            (Pair{"s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"}));
  EXPECT_EQ(credentials("basic YTpi"), (Pair{"a", "b"}));
  EXPECT_EQ(credentials("BASIC YTpi"), (Pair{"a", "b"}));
}

TEST(BasicCredentials, ReadEachLengthOfPadding) {
  EXPECT_EQ(credentials("Basic YTpi"), (Pair{"a", "b"}));
  EXPECT_EQ(credentials("Basic YTpiYw=="), (Pair{"a", "bc"}));
  EXPECT_EQ(credentials("Basic YTpiY2Q="), (Pair{"a", "bcd"}));
  EXPECT_EQ(credentials("Basic YTo+Pj8/"), (Pair{"a", ">>??"})) << "both special characters";
}

TEST(BasicCredentials, EndTheNameAtTheFirstColon) {
  EXPECT_EQ(credentials("Basic YTpiOmM="), (Pair{"a", "b:c"}));
  EXPECT_EQ(credentials("Basic OmI="), (Pair{"", "b"}));
  EXPECT_EQ(credentials("Basic YTo="), (Pair{"a", ""}));
  EXPECT_EQ(credentials("Basic Og=="), (Pair{"", ""}));
}

TEST(BasicCredentials, AreFormEncoded) {
  // `my+svc%3a1:a%2Bb+c%25%c3%a9`
  EXPECT_EQ(credentials("Basic bXkrc3ZjJTNhMTphJTJCYitjJTI1JWMzJWE5"),
            (Pair{"my svc:1", "a+b c%\u00e9"}));
  for (const char* header : {"Basic YSU6Yg==",     // a%:b
                             "Basic YTpiJQ==",     // a:b%
                             "Basic YTpiJTQ=",     // a:b%4
                             "Basic YTpiJXp6",     // a:b%zz
                             "Basic YTpiJSs0"}) {  // a:b%+4
    EXPECT_FALSE(credentials(header)) << header;
  }
}

TEST(BasicCredentials, AreMissingInEverythingElse) {
  EXPECT_FALSE(basicCredentials(std::nullopt));
  for (const std::string header : {"",
                                   "Basic",
                                   "Basic ",
                                   "Basic  YTpi",
                                   "Basic\tYTpi",
                                   " Basic YTpi",
                                   "Basic YTpi ",
                                   "Basic YTpi\t",
                                   "Basic YTpi YTpi",
                                   "Basic YTpi,YTpi",
                                   "Basic YTpi, Basic YTpi",
                                   "Basic: YTpi",
                                   "BasicYTpi",
                                   "Basic a:b",
                                   "Basic \"YTpi\"",
                                   "Basic YTpi\r",
                                   "Basic \xc3\xa9",
                                   "Bearer YTpi",
                                   "Token YTpi",
                                   "Digest username=\"a\""}) {
    EXPECT_FALSE(credentials(header)) << header;
  }
}

TEST(BasicCredentials, AreStrictBase64) {
  for (const char* header : {"Basic YTpiYw",       // no padding
                             "Basic YTpiYw=",      // too little
                             "Basic YTpiYw===",    // too much
                             "Basic YTpi====",     // where none belongs
                             "Basic YTpi=",        //
                             "Basic YT=piYw=",     // inside
                             "Basic =YTp",         //
                             "Basic ====",         //
                             "Basic YTpiYx==",     // unused bits
                             "Basic YTpiY2R=",     //
                             "Basic YTo-Pj8_",     // the URL's alphabet
                             "Basic YTpi\nYTpi",   //
                             "Basic YTp*",         //
                             "Basic YTpi!",        //
                             "Basic Y",            //
                             "Basic YWI=",         // no colon
                             "Basic YQpiOmM=",     // a line feed before the colon
                             "Basic YTpiAA==",     // NUL
                             "Basic YTpiCWM=",     // a tab
                             "Basic YTpifw=="}) {  // DEL
    EXPECT_FALSE(credentials(header)) << header;
  }
}

}  // namespace
}  // namespace token_service::http
