#pragma once

namespace token_service::app {

// From now on OpenSSL wipes whatever it frees, in every library of the process: its decoders leave
// private keys behind in memory that they free. False, with nothing changed, if OpenSSL has
// allocated already.
bool wipeWhatOpenSslFrees();

}  // namespace token_service::app
