#include "http/form.hpp"

#include <gtest/gtest.h>

#include <map>

namespace token_service::http {
namespace {

using namespace std::string_literals;
using Fields = std::map<std::string, std::string>;

std::optional<Fields> fieldsOf(const std::optional<token::Json>& form) {
  if (!form) {
    return std::nullopt;
  }
  Fields fields;
  EXPECT_EQ(form->type, token::Json::Type::Object);
  for (const token::Json& field : form->children) {
    EXPECT_TRUE(field.isString());
    fields[field.name] = field.text;
  }
  return fields;
}

std::optional<Fields> form(const std::string& body) { return fieldsOf(parseUrlEncodedForm(body)); }

std::optional<Fields> multipart(const std::string& body, const std::string& boundary = "XX") {
  return fieldsOf(parseMultipartForm(body, boundary));
}

std::string part(const std::string& name, const std::string& value) {
  return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

TEST(UrlEncodedForm, ReadsEveryField) {
  EXPECT_EQ(form("id=7&username=ann&is_frontend=True"),
            (Fields{{"id", "7"}, {"username", "ann"}, {"is_frontend", "True"}}));
  EXPECT_EQ(form("a=1&b=2&c=3&d=4")->size(), 4U);
  EXPECT_EQ(form(""), Fields{});
  EXPECT_EQ(form("&&a=1&&"), (Fields{{"a", "1"}}));
}

TEST(UrlEncodedForm, ReadsFieldsWithoutValue) {
  EXPECT_EQ(form("a&b=&c=="), (Fields{{"a", ""}, {"b", ""}, {"c", "="}}));
  EXPECT_EQ(form("=x"), (Fields{{"", "x"}}));
}

TEST(UrlEncodedForm, DecodesPlusAndPercent) {
  EXPECT_EQ(form("user+name=a+b%20c%26%3d%2B"), (Fields{{"user name", "a b c&=+"}}));
  EXPECT_EQ(form("u=%C3%a9%E2%82%AC"), (Fields{{"u", "\u00e9\u20ac"}}));
  EXPECT_EQ(form("u=a%00b"), (Fields{{"u", "a\0b"s}}));
}

TEST(UrlEncodedForm, RefusesBadPercents) {
  for (const char* body : {"a=%", "a=%4", "a=%zz", "a=%4g", "a=%+4", "a=%-4", "a=% 4", "%=a",
                           "a=%%41", "a=%u0041", "a=%4&b=1"}) {
    EXPECT_FALSE(form(body)) << body;
  }
}

TEST(UrlEncodedForm, RefusesWhatIsNotUtf8) {
  for (const char* body : {"a=%ff", "a=\xff", "%c0%80=1", "a=%ed%a0%80", "a=%c3"}) {
    EXPECT_FALSE(form(body)) << body;
  }
}

TEST(UrlEncodedForm, RefusesRepeatedNames) {
  for (const char* body : {"a=1&a=1", "a=1&b=2&a=3", "a=1&%61=2", "a&a", "=1&=2"}) {
    EXPECT_FALSE(form(body)) << body;
  }
}

TEST(MultipartForm, ReadsEveryField) {
  EXPECT_EQ(multipart(part("id", "7") + part("username", "ann") + part("x", "") + "--XX--\r\n"),
            (Fields{{"id", "7"}, {"username", "ann"}, {"x", ""}}));
  EXPECT_EQ(multipart(part("id", "7") + "--XX--"), (Fields{{"id", "7"}}));
  EXPECT_EQ(multipart("--XX--\r\n"), Fields{});
}

TEST(MultipartForm, KeepsValuesToTheByte) {
  for (const std::string& value :
       {"a\r\nb"s, "\r\n"s, " x "s, "--"s, "-XX"s, "\r\n--X"s, "a\0b"s, "%41+"s, "\u20ac"s}) {
    EXPECT_EQ(multipart(part("a", value) + "--XX--\r\n"), (Fields{{"a", value}}));
  }
}

TEST(MultipartForm, FindsTheNameAmongOtherHeaders) {
  EXPECT_EQ(multipart("--XX\r\nContent-Type: text/plain\r\nX: y\r\n"
                      "content-disposition: FORM-DATA; filename=\"f\"; name=id\r\n\r\n7\r\n--XX--"),
            (Fields{{"id", "7"}}));
  EXPECT_EQ(multipart("--XX\r\nContent-Disposition: form-data; name=\"id\"\r\n"
                      "Content-Type: text/plain; charset=utf-8\r\n\r\n7\r\n--XX--\r\n"),
            (Fields{{"id", "7"}}));
}

TEST(MultipartForm, RefusesWhatIsMalformed) {
  const std::string good = part("a", "1");
  const std::string head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";
  const std::map<std::string, std::string> bodies = {
      {"empty", ""},
      {"no boundary", "a=1"},
      {"other boundary", "--YY\r\n" + head + "1\r\n--YY--\r\n"},
      {"no final boundary", good},
      {"half a final boundary", good + "--XX"},
      {"one hyphen", good + "--XX-"},
      {"a byte after the end", good + "--XX--\r\nx"},
      {"a field after the end", good + "--XX--\r\n" + part("b", "2")},
      {"preamble", "x\r\n" + good + "--XX--\r\n"},
      {"bare line feeds", "--XX\n" + head + "1\r\n--XX--\r\n"},
      {"bare line feed before the value",
       "--XX\r\nContent-Disposition: form-data; name=\"a\"\n\n1\r\n--XX--\r\n"},
      {"bare line feed in the head",
       "--XX\r\nX: y\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX--\r\n"},
      {"no empty line", "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n1\r\n--XX--\r\n"},
      {"no headers", "--XX\r\n\r\n1\r\n--XX--\r\n"},
      {"no disposition", "--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n--XX--\r\n"},
      {"no name", "--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--\r\n"},
      {"other disposition",
       "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--XX--\r\n"},
      {"a header without colon", "--XX\r\nX\r\n" + head + "1\r\n--XX--\r\n"},
      {"text behind the boundary", "--XX \r\n" + head + "1\r\n--XX--\r\n"},
      {"a longer boundary", "--XXX\r\n" + head + "1\r\n--XXX--\r\n"},
      {"repeated", good + part("a", "2") + "--XX--\r\n"},
      {"broken value", part("a", "\xff") + "--XX--\r\n"},
      {"broken name", part("\xff", "1") + "--XX--\r\n"}};
  for (const auto& [name, body] : bodies) {
    EXPECT_FALSE(multipart(body)) << name;
  }
}

TEST(MultipartForm, SurvivesEveryTruncation) {
  const std::string good = part("id", "7") + part("username", "ann") + "--XX--";
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(multipart(good.substr(0, size))) << size;
  }
}

TEST(UrlEncodedForm, FindsARepeatedNameAmongAnyNumberOfThem) {
  for (const int count : {2, 8, 9, 500}) {
    std::string body = "n0=1";
    for (int number = 1; number < count; ++number) {
      body += "&n" + std::to_string(number) + "=1";
    }
    EXPECT_EQ(form(body)->size(), static_cast<std::size_t>(count));
    for (int number = 0; number < count; number += 7) {
      EXPECT_FALSE(form(body + "&n" + std::to_string(number) + "=1")) << count;
      EXPECT_FALSE(form("%6e" + std::to_string(number) + "&" + body)) << count;
    }
  }
}

TEST(MultipartForm, FindsARepeatedNameAmongAnyNumberOfThem) {
  std::string body;
  for (int number = 0; number < 20; ++number) {
    body += part("n" + std::to_string(number), "1");
  }
  EXPECT_EQ(multipart(body + "--XX--")->size(), 20U);
  for (int number = 0; number < 20; ++number) {
    EXPECT_FALSE(multipart(body + part("n" + std::to_string(number), "1") + "--XX--"));
  }
}

TEST(UrlEncodedForm, DecodesAtEveryPlace) {
  for (std::size_t size = 0; size < 50; ++size) {
    const std::string plain(size, 'x');
    for (std::size_t at = 0; at <= size; ++at) {
      EXPECT_EQ(decodeFormText(std::string(plain).insert(at, "%41")),
                std::string(plain).insert(at, "A"));
      EXPECT_EQ(decodeFormText(std::string(plain).insert(at, "+")),
                std::string(plain).insert(at, " "));
      EXPECT_FALSE(decodeFormText(std::string(plain).insert(at, "%4x")));
    }
  }
}

}  // namespace
}  // namespace token_service::http
