#include "signing/key_file.hpp"

#include "signing/new_file.hpp"
#include "token_service/sdk/secret_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace token_service::signing {

WhenMissing whenMissing(bool create_missing, sdk::Mode mode) {
  if (mode == sdk::Mode::Generate) {
    return WhenMissing::Make;
  }
  if (!create_missing) {
    return WhenMissing::Refuse;
  }
  return mode == sdk::Mode::Serve ? WhenMissing::Make : WhenMissing::Pretend;
}

KeyFile::KeyFile(const sdk::Settings& settings, std::string setting, WhenMissing when_missing)
    : settings_(settings),
      setting_(std::move(setting)),
      when_missing_(when_missing),
      path_(settings_.path(setting_)) {
  if (!path_.empty()) {
    read();
  }
}

void KeyFile::read() {
  sdk::SecretFile file = sdk::readSecretFile(path_);
  switch (file.state) {
    case sdk::SecretFile::State::Read:
      content_.emplace(std::move(file.content));
      return;
    case sdk::SecretFile::State::Refused:
      refuse(file.problem, file.code);
      return;
    case sdk::SecretFile::State::Missing:
      break;
  }
  if (when_missing_ == WhenMissing::Refuse) {
    refuse(file.problem + ": make the key, or set create_missing: true", file.code);
  } else if (const int error = tryMakingFile(path_); error != 0) {
    refuseToMake("there is no such file, and it cannot be made", error);
  }
}

void KeyFile::provide(SecretBytes content) {
  if (when_missing_ == WhenMissing::Pretend) {
    content_ = std::move(content);
    return;
  }
  if (const int error = makeFile(path_, content.view()); error != 0) {
    refuseToMake("cannot be made", error);
    return;
  }
  when_missing_ = WhenMissing::Refuse;
  read();
}

void KeyFile::refuse(std::string what, sdk::ErrorCode code) {
  content_.reset();
  settings_.problem(setting_, std::move(what), code);
}

void KeyFile::refuseToMake(std::string_view what, int error) {
  const bool forbidden = error == EACCES || error == EPERM || error == EROFS;
  refuse(std::string(what) + ": " + std::generic_category().message(error) +
             (forbidden ? ": let the service write to its folder, or make the key yourself"
                        : ": make its folder, or name another file"),
         forbidden ? sdk::ErrorCode::PermissionDenied : sdk::ErrorCode::InvalidConfig);
}

}  // namespace token_service::signing
