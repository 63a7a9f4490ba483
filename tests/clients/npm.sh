# shellcheck shell=bash
# Sourced by the tests with npm's packages, after support.sh.
# shellcheck disable=SC2154 # support.sh sets `scratch` and `source_dir`

# runClient PACKAGES CLIENT runs the module with the packages of npm_packages.sh, for a minute at most.
runClient() {
  mkdir -p "$scratch/client"
  ln -sfn "$1/node_modules" "$scratch/client/node_modules"
  cp "$source_dir"/tests/clients/*.mjs "$scratch/client"
  timeout 60 node "$scratch/client/$2"
}

# printVersions PACKAGES NAME...
printVersions() {
  echo "node $(node --version)"
  (cd "$1" && shift && for package; do
    node -p "'$package ' + require('./node_modules/$package/package.json').version"
  done)
}
