#pragma once

#include "plugin/plugin_error.hpp"
#include "token_service/sdk/host.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace token_service::plugin {

// Runs calls into one plugin object. Whatever a call throws leaves as PluginError; a call that
// takes longer than a second is logged as a warning. Allocates nothing while all goes well.
class Guard {
 public:
  Guard(sdk::PluginKind kind, std::string_view name, sdk::Host& host);

  template <typename Call>
  std::invoke_result_t<Call> run(std::string_view operation, Call&& call) const {
    const Watch watch(*this, operation);
    try {
      return std::forward<Call>(call)();
    } catch (...) {
      translate(operation);
    }
  }

  // Throws PluginError with Internal, for a result that breaks the contract.
  [[noreturn]] void refuse(std::string_view what) const;

 private:
  class Watch {
   public:
    Watch(const Guard& guard, std::string_view operation)
        : guard_(guard), operation_(operation), start_(std::chrono::steady_clock::now()) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch() {
      const auto taken = std::chrono::steady_clock::now() - start_;
      if (taken > std::chrono::seconds(1)) {
        guard_.logSlow(operation_, taken);
      }
    }

   private:
    const Guard& guard_;
    std::string_view operation_;
    std::chrono::steady_clock::time_point start_;
  };

  // Called while an exception is handled; throws it again as PluginError.
  [[noreturn]] void translate(std::string_view operation) const;
  void logSlow(std::string_view operation,
               std::chrono::steady_clock::duration taken) const noexcept;

  std::string prefix_;
  sdk::Host& host_;
};

}  // namespace token_service::plugin
