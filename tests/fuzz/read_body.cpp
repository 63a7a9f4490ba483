#include "read_body.hpp"

#include "http/body.hpp"
#include "property.hpp"
#include "token/utf8.hpp"

namespace token_service::fuzz {
namespace {

void checkText(const http::Field<std::string>& field) {
  require(token::isUtf8(field.value), "texts are UTF-8");
  require(!field.missing() || field.value.empty(), "what is missing has no text");
}

}  // namespace

void readBody(std::string_view content_type, std::string_view body) {
  http::Request request;
  request.content_type = content_type;
  request.body = body;
  http::Body fields;
  if (http::Body::parse(request, fields)) {
    return;
  }
  const http::Field<http::UserId> id = fields.userId();
  if (!id.missing() && !id.invalid()) {
    require(id.value.number >= 1, "users are counted from one");
    require(id.value.json.find(std::to_string(id.value.number)) != std::string::npos,
            "the id that is echoed is the id that is meant");
  }
  const http::Field<std::string> username = fields.username();
  checkText(username);
  if (!username.missing() && !username.invalid()) {
    require(!username.value.empty() && username.value.size() <= 4 * 255, "names have a length");
    require(
        username.value.find_first_of(std::string_view("\0\n\r\x1b\x7f", 5)) == std::string::npos,
        "names have no control characters");
  }
  checkText(fields.accessToken());
  checkText(fields.clientIp());
  checkText(fields.userAgent());
  checkText(fields.text("token"));
  require(!fields.isFrontend() || fields.has("is_frontend"), "a front end says that it is one");
}

}  // namespace token_service::fuzz
