#pragma once

#include "token_service/sdk/error.hpp"
#include "token_service/sdk/host.hpp"
#include "token_service/sdk/settings.hpp"
#include "token_service/sdk/signer.hpp"
#include "token_service/sdk/store.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How host and plugin make sure, before any code of the plugin runs, that they were built for each
/// other. Plugin authors need nothing of this header: `plugin.hpp` uses it.
namespace token_service::sdk {

/// Rises with every change of layout, order or signature in these headers. Host and plugin must
/// have the same.
inline constexpr std::uint32_t kAbiVersion = 3;

namespace abi {

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  for (int byte = 0; byte < 8; ++byte) {
    hash = (hash ^ ((value >> (8 * byte)) & 0xff)) * 0x100000001b3ULL;
  }
  return hash;
}

template <typename... Types>
constexpr std::uint64_t layoutOf() {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  ((hash = mix(mix(hash, sizeof(Types)), alignof(Types))), ...);
  return hash;
}

/// Size and alignment of everything that crosses the boundary.
inline constexpr std::uint64_t kLayout =
    layoutOf<std::string, std::string_view, std::vector<std::string>, std::optional<std::string>,
             std::optional<Session>, std::span<const LogField>, std::unique_ptr<Signer>, Time,
             Deadline, ErrorCode, Error, LogLevel, LogField, Host, SettingNode, SettingProblem,
             SettingsReport, Settings, Key, Signer, Session, ReplaceResult, Store, SessionMemory,
             SessionKey, std::vector<std::optional<Session>>>();

#if defined(_GLIBCXX_RELEASE)
inline constexpr std::string_view kStandardLibrary = "libstdc++";
#elif defined(_LIBCPP_VERSION)
inline constexpr std::string_view kStandardLibrary = "libc++";
#else
#error "this standard library is not known to the token service SDK"
#endif

#if defined(_GLIBCXX_USE_CXX11_ABI)
inline constexpr unsigned kCxx11Abi = _GLIBCXX_USE_CXX11_ABI;
#else
inline constexpr unsigned kCxx11Abi = 0;
#endif

#if defined(_GLIBCXX_DEBUG)
inline constexpr unsigned kDebugContainers = 1;
#else
inline constexpr unsigned kDebugContainers = 0;
#endif

/// Text of fixed size, zero-filled, so that it can stand in a file.
struct Fingerprint {
  std::array<char, 120> text{};
  std::size_t length = 0;

  constexpr Fingerprint& append(std::string_view part) {
    for (char character : part) {
      text.at(length++) = character;
    }
    return *this;
  }

  constexpr Fingerprint& append(std::uint64_t number, unsigned base) {
    std::array<char, 20> digits{};
    std::size_t count = 0;
    do {
      digits.at(count++) = "0123456789abcdef"[number % base];
      number /= base;
    } while (number != 0);
    while (count != 0) {
      text.at(length++) = digits.at(--count);
    }
    return *this;
  }

  constexpr std::string_view view() const { return {text.data(), length}; }
};

constexpr Fingerprint fingerprint(std::uint32_t abi_version) {
  Fingerprint print;
  print.append("abi=").append(abi_version, 10);
  print.append(" pointer=").append(sizeof(void*), 10);
  print.append(" stdlib=").append(kStandardLibrary);
  print.append(" cxx11abi=").append(kCxx11Abi, 10);
  print.append(" debug=").append(kDebugContainers, 10);
  print.append(" layout=").append(kLayout, 16);
  return print;
}

}  // namespace abi

/// What must be equal in host and plugin, in words.
inline constexpr abi::Fingerprint kFingerprint = abi::fingerprint(kAbiVersion);

/// The ELF note (System V ABI, "Note Section") that carries the fingerprint in the plugin's file.
inline constexpr std::uint32_t kNoteType = 0x54534131;
inline constexpr std::array<char, 16> kNoteName = {'T', 'o', 'k', 'e', 'n', 'S',
                                                   'e', 'r', 'v', 'i', 'c', 'e'};

struct AbiNote {
  std::uint32_t name_size = sizeof(kNoteName);
  std::uint32_t description_size = sizeof(abi::Fingerprint::text);
  std::uint32_t type = kNoteType;
  std::array<char, 16> name = kNoteName;
  std::array<char, 120> description{};
};

enum class PluginKind : std::uint32_t { Signer = 1, Store = 2 };

enum class Mode : std::uint32_t {
  /// The real thing. May change a database; may make keys where a setting says so.
  Serve = 1,
  /// Says whether Serve would work. Changes nothing and makes nothing.
  Check = 2,
  /// For stores: brings the database to the present schema.
  Migrate = 3,
  /// For signers: makes the keys that the settings name and that are missing.
  Generate = 4,
};

inline constexpr std::uint64_t kDescriptorMagic = 0x31764e4749534b54ULL;

/// What a plugin exports, under the C name `token_service_plugin_v1`.
struct Descriptor {
  std::uint64_t magic;
  std::uint32_t size;
  std::uint32_t abi_version;
  const char* fingerprint;
  PluginKind kind;
  const char* name;
  const char* version;
  /// The one that fits `kind` is set, the other is null.
  std::unique_ptr<Signer> (*create_signer)(Settings&, Host&, Mode);
  std::unique_ptr<Store> (*create_store)(Settings&, Host&, Mode);
};

}  // namespace token_service::sdk
