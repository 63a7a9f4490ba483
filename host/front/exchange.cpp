#include "front/exchange.hpp"

namespace token_service::front {

void Exchange::finish() {
  close = close || response.wantsClose();
  bytes.clear();
  response.write(request.getMethod() == Request::HTTP_HEAD, close, bytes);
}

}  // namespace token_service::front
