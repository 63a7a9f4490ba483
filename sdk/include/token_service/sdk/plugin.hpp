#pragma once

#include "token_service/sdk/abi.hpp"

#include <memory>

/// The one line that makes a shared library a plugin. Write it once, at namespace scope, in one
/// source file, with the plugin's class, which has a constructor `(Settings&, Host&, Mode)`:
///
///     TOKEN_SERVICE_SIGNER("signer-example", "1.0.0", example::ExampleSigner)
///
/// The name is the file's name without `.so`. The constructor reads its settings, calls
/// `settings.finish()` and may throw sdk::Error. Do no work in static objects: it would run before
/// the host has checked anything.
#define TOKEN_SERVICE_SIGNER(NAME, VERSION, CLASS)                                           \
  TOKEN_SERVICE_PLUGIN_(                                                                     \
      NAME, VERSION, Signer,                                                                 \
      [](::token_service::sdk::Settings& settings, ::token_service::sdk::Host& host,         \
         ::token_service::sdk::Mode mode) -> std::unique_ptr<::token_service::sdk::Signer> { \
        return std::make_unique<CLASS>(settings, host, mode);                                \
      },                                                                                     \
      nullptr)

#define TOKEN_SERVICE_STORE(NAME, VERSION, CLASS)                                           \
  TOKEN_SERVICE_PLUGIN_(                                                                    \
      NAME, VERSION, Store, nullptr,                                                        \
      [](::token_service::sdk::Settings& settings, ::token_service::sdk::Host& host,        \
         ::token_service::sdk::Mode mode) -> std::unique_ptr<::token_service::sdk::Store> { \
        return std::make_unique<CLASS>(settings, host, mode);                               \
      })

#define TOKEN_SERVICE_PLUGIN_(NAME, VERSION, KIND, CREATE_SIGNER, CREATE_STORE)               \
  [[gnu::section(".note.token_service.abi"), gnu::used,                                       \
    gnu::aligned(4)]] static const ::token_service::sdk::AbiNote token_service_abi_note = {   \
      .description = ::token_service::sdk::kFingerprint.text};                                \
  extern "C" [[gnu::visibility("default"),                                                    \
               gnu::used]] const ::token_service::sdk::Descriptor token_service_plugin_v1 = { \
      ::token_service::sdk::kDescriptorMagic,                                                 \
      sizeof(::token_service::sdk::Descriptor),                                               \
      ::token_service::sdk::kAbiVersion,                                                      \
      ::token_service::sdk::kFingerprint.text.data(),                                         \
      ::token_service::sdk::PluginKind::KIND,                                                 \
      NAME,                                                                                   \
      VERSION,                                                                                \
      CREATE_SIGNER,                                                                          \
      CREATE_STORE,                                                                           \
  };
