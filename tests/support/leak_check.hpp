#pragma once

#include <string>
#include <string_view>

namespace token_service::test {

// What must never be seen outside an answer: remembered for the whole run of the tests. Safe for
// use from many threads at once.

// A compact JWS. Without its signature nobody can present it, so that is what is looked for.
void rememberToken(const std::string& token);
void rememberSecret(const std::string& secret);

// How many tokens and secrets are remembered.
std::size_t rememberedSecrets();

// Fails the present test if `text` holds any of them.
void expectNoSecretIn(std::string_view text, const std::string& place);

}  // namespace token_service::test
