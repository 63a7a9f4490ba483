#pragma once

#include <string>

namespace token_service::config {

// Whether it is the literal of an IPv4 or IPv6 address.
bool isIpAddress(const std::string& text);

// Whether only this machine can reach a server that listens on the address.
bool isLoopback(const std::string& address);

}  // namespace token_service::config
