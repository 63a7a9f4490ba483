#include "plugin/plugin_file.hpp"

#include "plugin/plugin_error.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;

constexpr std::size_t kLongestName = 64;
constexpr off_t kLargestFile = off_t{256} * 1024 * 1024;
constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      // Without O_NONBLOCK, opening a FIFO would wait for a writer.
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  int number() const { return number_; }

 private:
  int number_;
};

Code codeOf(int error) {
  return error == EACCES || error == EPERM ? Code::PermissionDenied : Code::InvalidConfig;
}

[[noreturn]] void cannot(std::string_view verb, const std::filesystem::path& path, int error) {
  throw PluginError(codeOf(error), path.string() + " cannot be " + std::string(verb) + ": " +
                                       std::generic_category().message(error));
}

bool isTrusted(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

void refuseUntrusted(const struct stat& status, const std::filesystem::path& path,
                     std::string_view mode) {
  if (!isTrusted(status.st_uid)) {
    throw PluginError(Code::PermissionDenied,
                      path.string() + " belongs to user " + std::to_string(status.st_uid) +
                          ": chown it to root or to the user the service runs as");
  }
  if ((status.st_mode & kWritableByOthers) != 0) {
    throw PluginError(
        Code::PermissionDenied,
        path.string() + " can be changed by other users: chmod " + std::string(mode) + " it");
  }
}

void requireRegularFile(const struct stat& status, const std::filesystem::path& path) {
  if (!S_ISREG(status.st_mode)) {
    throw PluginError(Code::InvalidConfig,
                      path.string() + " is not a regular file: install the plugin's file there");
  }
}

std::string readAll(int file, const std::filesystem::path& path, off_t size) {
  std::string content(static_cast<std::size_t>(size), '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t count = ::read(file, content.data() + length, content.size() - length);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      cannot("read", path, errno);
    }
    if (count == 0) {
      break;
    }
    length += static_cast<std::size_t>(count);
  }
  content.resize(length);
  return content;
}

std::string sha256Of(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &length, EVP_sha256(), nullptr) !=
      1) {
    throw PluginError(Code::Internal, "OpenSSL offers no SHA-256");
  }
  std::string hex;
  for (unsigned index = 0; index < length; ++index) {
    hex.push_back("0123456789abcdef"[digest.at(index) >> 4]);
    hex.push_back("0123456789abcdef"[digest.at(index) & 15]);
  }
  return hex;
}

}  // namespace

bool isPluginName(std::string_view name) {
  const auto is_word_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || name.size() > kLongestName) {
    return false;
  }
  bool in_word = false;
  for (const char character : name) {
    if (!is_word_character(character) && (character != '-' || !in_word)) {
      return false;
    }
    in_word = character != '-';
  }
  return in_word;
}

std::filesystem::path trustedFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::canonical(folder, error);
  if (error || !std::filesystem::is_directory(real, error)) {
    throw PluginError(codeOf(error.value()),
                      "the plugin folder " + folder.string() +
                          " cannot be used: " + (error ? error.message() : "it is not a folder") +
                          ": install the plugins there or name their folder with --plugin-dir");
  }
  struct stat status {};
  if (::stat(real.c_str(), &status) != 0) {
    cannot("opened", real, errno);
  }
  refuseUntrusted(status, real, "755");

  for (std::filesystem::path above = real; above != above.root_path();) {
    above = above.parent_path();
    if (::stat(above.c_str(), &status) != 0) {
      cannot("opened", above, errno);
    }
    if ((status.st_mode & kWritableByOthers) != 0 && (status.st_mode & S_ISVTX) == 0) {
      throw PluginError(Code::PermissionDenied,
                        above.string() + ", which holds the plugin folder " + real.string() +
                            ", can be changed by other users: chmod 755 it");
    }
  }
  return real;
}

PluginFile openPluginFile(const std::filesystem::path& folder, std::string_view name,
                          const std::optional<std::string>& sha256) {
  if (!isPluginName(name)) {
    throw PluginError(Code::InvalidConfig,
                      "this is no plugin name: write the file's name without folder and .so, which "
                      "is lower-case words joined by single hyphens, at most 64 characters");
  }
  const std::filesystem::path real_folder = trustedFolder(folder);
  const std::filesystem::path file_name = std::string(name) + ".so";
  std::error_code error;
  const std::filesystem::path path = std::filesystem::canonical(real_folder / file_name, error);
  if (error == std::errc::no_such_file_or_directory) {
    throw PluginError(Code::InvalidConfig,
                      "there is no " + file_name.string() + " in " + real_folder.string() +
                          ": install it there or choose one that `token-service plugins` lists");
  }
  if (error) {
    cannot("opened", real_folder / file_name, error.value());
  }
  if (path.parent_path() != real_folder) {
    throw PluginError(Code::PermissionDenied,
                      (real_folder / file_name).string() + " leads out of the plugin folder, to " +
                          path.string() + ": put the file itself into the folder");
  }

  // Looked at before it is opened, since opening a device can have effects, and again after.
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    cannot("opened", path, errno);
  }
  requireRegularFile(status, path);
  const Descriptor file(path);
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
    cannot("opened", path, errno);
  }
  requireRegularFile(status, path);
  refuseUntrusted(status, path, "644");
  if (status.st_size > kLargestFile) {
    throw PluginError(Code::InvalidConfig, path.string() +
                                               " is larger than 256 MiB: build it "
                                               "without debug information or strip it");
  }
  PluginFile result{path, readAll(file.number(), path, status.st_size), {}};
  result.sha256 = sha256Of(result.content);
  if (sha256) {
    requireSha256(result.path, result.sha256, *sha256);
  }
  return result;
}

void requireSha256(const std::filesystem::path& path, std::string_view actual,
                   std::string_view expected) {
  std::string digits(expected);
  std::transform(digits.begin(), digits.end(), digits.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (digits.size() != 64 || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw PluginError(Code::InvalidConfig,
                      "sha256 must be 64 hexadecimal digits, as sha256sum prints them");
  }
  if (digits != actual) {
    throw PluginError(Code::InvalidConfig,
                      path.string() + " has the SHA-256 " + std::string(actual) +
                          ", the configuration says " + digits +
                          ": install the file that is meant or correct sha256");
  }
}

}  // namespace token_service::plugin
