#include "app/plugin_set.hpp"

namespace token_service::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kCheckPatience = 5s;

bool isUnavailable(const sdk::Error& error) {
  return error.code() == sdk::ErrorCode::Unavailable || error.code() == sdk::ErrorCode::Timeout;
}

}  // namespace

PluginSet::PluginSet(const config::Config& config, const std::filesystem::path& folder,
                     sdk::Mode mode, log::Logger& logger, const session::Clock& clock,
                     StartProblems& problems) {
  // Only stores migrate.
  const sdk::Mode signer_mode = mode == sdk::Mode::Migrate ? sdk::Mode::Check : mode;
  auto signers =
      std::make_shared<const SignerSet>(config, folder, signer_mode, logger, clock, problems);
  signer_files_ = signers->files();
  if (signers->hasKeys()) {
    keys_ = std::make_unique<token::KeySource>(SignerSet::keysOf(std::move(signers)));
  }
  PluginMaker maker(config, folder, mode, logger, clock, problems);
  store_ = maker.store(config.store);
  if (store_.object) {
    maker.attempt(config.store.settings_place, [&] { checkStore(mode); });
  }
}

void PluginSet::checkStore(sdk::Mode mode) {
  try {
    store_.object->check(std::chrono::steady_clock::now() + kCheckPatience);
  } catch (const sdk::Error& error) {
    if (mode != sdk::Mode::Serve || !isUnavailable(error)) {
      throw;
    }
  }
}

}  // namespace token_service::app
