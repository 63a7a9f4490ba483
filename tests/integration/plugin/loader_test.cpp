#include "plugin/loader.hpp"

#include "plugin_test.hpp"
#include "token_service/sdk/abi.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <clocale>
#include <csignal>

namespace token_service::plugin {
namespace {

using Code = PluginError::Code;

constexpr const char* kOtherFingerprint = "abi=3 stdlib=another";

std::string differs(const std::string& what, const std::string& plugins, const std::string& hosts) {
  return what + " '" + plugins + "', this host has '" + hosts +
         "': install a build of the plugin for this host";
}

std::string hostFingerprint() { return std::string(sdk::kFingerprint.view()); }

class LoaderTest : public PluginTest {
 protected:
  void expectRefused(const std::string& name, const std::string& sentence) {
    const Refusal refusal = refusalOf(name);
    EXPECT_EQ(refusal.code, Code::InvalidConfig);
    EXPECT_EQ(refusal.message, "signer(" + name + "): " + pathOf(name).string() + " " + sentence);
  }

  void expectRefusedUnloaded(const std::string& name, const std::string& sentence) {
    expectRefused(name, sentence);
    EXPECT_FALSE(codeRan()) << name;
  }
};

TEST_F(LoaderTest, LoadsAPlugin) {
  const LoadedPlugin& plugin = loadInstalled("good-signer", sdk::PluginKind::Signer);
  EXPECT_EQ(plugin.name, "good-signer");
  EXPECT_EQ(plugin.version, "1.2.3");
  EXPECT_EQ(plugin.path, pathOf("good-signer"));
  EXPECT_EQ(plugin.descriptor->kind, sdk::PluginKind::Signer);
  EXPECT_TRUE(codeRan());
  EXPECT_EQ(loadInstalled("good-store", sdk::PluginKind::Store).version, "4.5.6");
}

TEST_F(LoaderTest, LoadsAPluginOnce) {
  const LoadedPlugin& plugin = loadInstalled("good-signer", sdk::PluginKind::Signer);
  EXPECT_EQ(&loader().load("good-signer", sdk::PluginKind::Signer), &plugin);
  // What is loaded stays, also for another loader and after the file is gone.
  std::filesystem::remove(pathOf("good-signer"));
  EXPECT_EQ(&Loader(folder()).load("good-signer", sdk::PluginKind::Signer), &plugin);
}

TEST_F(LoaderTest, FilesThatAreNoLibraryAreRefused) {
  const std::string whole = bytesOf("good-signer");
  write("empty", "");
  write("text", "I am no library\n");
  write("truncated", whole.substr(0, whole.size() / 2));
  expectRefusedUnloaded("empty", "is empty: install the plugin's file again");
  expectRefusedUnloaded("text", "is not a shared library: install the plugin's .so file again");
  expectRefusedUnloaded("truncated", "is cut off: install the plugin's file again");
}

TEST_F(LoaderTest, PluginsOfAnotherAbiAreRefusedBeforeTheirCodeRuns) {
  for (const char* name : {"no-note", "empty-fingerprint", "other-abi", "other-fingerprint"}) {
    install(name);
  }
  const std::string no_note =
      "is not a plugin of the token service: it holds no ABI note, which the macro in "
      "token_service/sdk/plugin.hpp makes";
  expectRefusedUnloaded("no-note", no_note);
  expectRefusedUnloaded("empty-fingerprint", no_note);
  expectRefusedUnloaded(
      "other-abi",
      differs("has the ABI", std::string(sdk::abi::fingerprint(1000).view()), hostFingerprint()));
  expectRefusedUnloaded("other-fingerprint",
                        differs("has the ABI", kOtherFingerprint, hostFingerprint()));
}

TEST_F(LoaderTest, TheDescriptorMustFit) {
  for (const char* name : {"no-descriptor", "function-entry", "wrong-size", "other-descriptor-abi",
                           "other-descriptor-fingerprint", "no-descriptor-fingerprint",
                           "wrong-name", "no-name", "unknown-kind", "null-create"}) {
    install(name);
  }
  expectRefused("no-descriptor",
                "does not export token_service_plugin_v1: build it with the macro in "
                "token_service/sdk/plugin.hpp");
  // The note fits, so the code of these plugins does run.
  EXPECT_TRUE(codeRan());
  expectRefused("function-entry",
                "exports a token_service_plugin_v1 that is no plugin descriptor: build it with the "
                "macro in token_service/sdk/plugin.hpp");
  expectRefused("wrong-size", differs("has a descriptor of the size", "40",
                                      std::to_string(sizeof(sdk::Descriptor))));
  expectRefused("other-descriptor-abi",
                differs("has the ABI number", "1000", std::to_string(sdk::kAbiVersion)));
  expectRefused("other-descriptor-fingerprint",
                differs("has the ABI", kOtherFingerprint, hostFingerprint()));
  for (const char* name : {"no-descriptor-fingerprint", "no-name"}) {
    expectRefused(name,
                  "has a descriptor without fingerprint, name or version: build it with the macro "
                  "in token_service/sdk/plugin.hpp");
  }
  expectRefused("wrong-name", "calls itself 'another-name': rename the file to another-name.so");
  expectRefused("unknown-kind",
                "is of a kind that this host does not know: it must be a signer or a store");
  expectRefused("null-create",
                "says that it is a signer and cannot make one: install another version of it");
}

TEST_F(LoaderTest, KindsAreNotMixed) {
  install("good-store");
  expectRefused("good-store", "is a store, not a signer: choose another plugin");
  install("good-signer");
  EXPECT_EQ(refusalOf("good-signer", sdk::PluginKind::Store).message,
            "store(good-signer): " + pathOf("good-signer").string() +
                " is a signer, not a store: choose another plugin");
}

TEST_F(LoaderTest, MissingSymbolsAreFoundAtLoad) {
  install("unresolved-symbol");
  const Refusal refusal = refusalOf("unresolved-symbol");
  EXPECT_EQ(refusal.code, Code::InvalidConfig);
  EXPECT_EQ(refusal.message.find("signer(unresolved-symbol): " +
                                 pathOf("unresolved-symbol").string() + " cannot be loaded: "),
            0U);
  EXPECT_NE(refusal.message.find("undefined symbol: _Z14definedNowherev"), std::string::npos)
      << refusal.message;
  EXPECT_NE(refusal.message.find(": install what it needs or another build of it"),
            std::string::npos);
  EXPECT_FALSE(codeRan());
}

TEST_F(LoaderTest, TheProcessStaysAsItWas) {
  for (const char* name : {"changes-locale", "changes-umask", "changes-signal-mask"}) {
    install(name);
  }
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  const mode_t mask = ::umask(022);
  expectRefused("changes-locale",
                "changed the process's locale while it was loaded: install another version of it");
  EXPECT_EQ(std::setlocale(LC_ALL, nullptr), locale);
  expectRefused("changes-umask",
                "changed the process's umask while it was loaded: install another version of it");
  EXPECT_EQ(::umask(mask), mode_t{022});
  expectRefused(
      "changes-signal-mask",
      "changed the process's signal mask while it was loaded: install another version of it");
  sigset_t blocked;
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
  EXPECT_EQ(::sigismember(&blocked, SIGUSR2), 0);
}

TEST_F(LoaderTest, ListsWhatIsInstalled) {
  for (const char* name : {"good-store", "good-signer", "other-fingerprint", "wrong-name"}) {
    install(name);
  }
  write("text", "I am no library\n");
  write("Not_A_Name", "");
  std::filesystem::copy_file(pathOf("good-signer"), folder() / "README");

  const std::vector<InstalledPlugin> plugins = loader().listInstalled();
  ASSERT_EQ(plugins.size(), 6U);
  EXPECT_EQ(plugins[0].name, "Not_A_Name");
  EXPECT_EQ(plugins[0].problem.find("this is no plugin name"), 0U);
  EXPECT_EQ(plugins[1].name, "good-signer");
  EXPECT_EQ(plugins[1].kind, sdk::PluginKind::Signer);
  EXPECT_EQ(plugins[1].version, "1.2.3");
  EXPECT_EQ(plugins[1].fingerprint, hostFingerprint());
  EXPECT_EQ(plugins[1].problem, "");
  EXPECT_EQ(plugins[2].name, "good-store");
  EXPECT_EQ(plugins[2].kind, sdk::PluginKind::Store);
  EXPECT_EQ(plugins[3].name, "other-fingerprint");
  EXPECT_EQ(plugins[3].fingerprint, kOtherFingerprint);
  EXPECT_FALSE(plugins[3].kind.has_value());
  EXPECT_EQ(plugins[3].problem, pathOf("other-fingerprint").string() + " " +
                                    differs("has the ABI", kOtherFingerprint, hostFingerprint()));
  EXPECT_EQ(
      plugins[4].problem,
      pathOf("text").string() + " is not a shared library: install the plugin's .so file again");
  EXPECT_EQ(plugins[5].problem.find(pathOf("wrong-name").string() + " calls itself"), 0U);
}

TEST_F(LoaderTest, ListingLoadsNothingThatDoesNotFit) {
  install("other-fingerprint");
  install("no-note");
  EXPECT_EQ(loader().listInstalled().size(), 2U);
  EXPECT_FALSE(codeRan());
}

}  // namespace
}  // namespace token_service::plugin
