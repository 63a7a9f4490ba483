#include "http/introspection.hpp"

#include <gtest/gtest.h>

namespace token_service::http {
namespace {

session::ActiveToken someToken(token::TokenType type) {
  session::ActiveToken token;
  token.claims.type = type;
  token.claims.user_id = 7;
  token.claims.jti = "the-jti";
  token.claims.sid = "the-sid";
  token.claims.iat = std::chrono::sys_seconds(std::chrono::seconds(1000));
  token.claims.exp = std::chrono::sys_seconds(std::chrono::seconds(1900));
  token.claims.iss = "us";
  token.session.username = "ann";
  return token;
}

TEST(Introspection, SaysNothingOfATokenThatIsNotActive) {
  EXPECT_EQ(introspectionJson(std::nullopt), "{\"active\":false}");
}

TEST(Introspection, OfAnAccessToken) {
  session::ActiveToken token = someToken(token::TokenType::Access);
  token.data.client_id = "backend";
  token.claims.aud = {"them"};
  EXPECT_EQ(introspectionJson(token),
            R"({"active":true,"token_type":"Bearer","token_use":"access","client_id":"backend",)"
            R"("username":"ann","user_id":7,"sub":"7","sid":"the-sid","iss":"us","aud":"them",)"
            R"("iat":1000,"exp":1900,"jti":"the-jti"})");
}

TEST(Introspection, OfARefreshTokenWhoseClientIsNotKnown) {
  EXPECT_EQ(introspectionJson(someToken(token::TokenType::Refresh)),
            R"({"active":true,"token_use":"refresh","username":"ann","user_id":7,"sub":"7",)"
            R"("sid":"the-sid","iss":"us","iat":1000,"exp":1900,"jti":"the-jti"})");
}

TEST(Introspection, SeveralAudiencesAreAList) {
  session::ActiveToken token = someToken(token::TokenType::Access);
  token.claims.aud = {"one", "t\"wo"};
  EXPECT_NE(introspectionJson(token).find(R"(,"aud":["one","t\"wo"],)"), std::string::npos);
}

TEST(Introspection, EscapesTexts) {
  session::ActiveToken token = someToken(token::TokenType::Access);
  token.session.username = "a\"b\\c\u00e9";
  token.data.client_id = "x\",\"active\":\"y";
  const std::string body = introspectionJson(token);
  EXPECT_NE(body.find(R"("username":"a\"b\\c)"
                      "\u00e9\""),
            std::string::npos);
  EXPECT_NE(body.find(R"("client_id":"x\",\"active\":\"y")"), std::string::npos);
}

}  // namespace
}  // namespace token_service::http
