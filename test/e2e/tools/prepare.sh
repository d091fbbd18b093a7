#!/usr/bin/env bash
# Brings the real servers and clients that the end-to-end tests need into one cache folder:
# CNCF Distribution, skopeo and Chromium (Debian), crane, oras, kube-score, crictl and act (Go), promtool, etcd and
# containerd (Debian's packages, unpacked), checkov (PyPI, in an environment of its own), and Gitea,
# kube-apiserver and a program that asks Argo CD's code, built from their Go modules. What is there is
# kept. Fails when anything cannot be had. Needs: root or the packages installed, Go, a C compiler,
# Python 3 with venv.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# Gitea refuses root, and nobody may not look into root's home.
if [ "$(id -u)" = 0 ]; then default=/var/cache/chartlift-e2e; else default=${XDG_CACHE_HOME:-$HOME/.cache}/chartlift-e2e; fi
cache=${E2E_TOOLS:-$default}
gitea_version=v1.26.0
kubernetes_version=v1.34.2
argocd_version=v3.2.0
crane_version=v0.20.6
oras_version=v1.2.3
kube_score_version=v1.20.0
crictl_version=v1.34.0
act_version=v0.2.89
checkov_version=3.3.30
mkdir -p "$cache/bin"

say() { printf 'prepare: %s\n' "$*"; }

debian() {
  local missing=()
  for name in "$@"; do command -v "$name" >/dev/null || missing+=("$name"); done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

go_tool() {
  local name=$1 module=$2 version=$3
  [ -x "$cache/bin/$name-$version" ] && return
  say "building $name $version"
  GOBIN="$cache/bin" go install "$module@$version"
  mv "$cache/bin/$name" "$cache/bin/$name-$version"
  ln -sf "$name-$version" "$cache/bin/$name"
}

# Marked when it is complete: a cut leaves half of it, and an environment cannot be renamed.
checkov() {
  local target="$cache/checkov-$checkov_version"
  if [ ! -e "$target/complete" ]; then
    say "installing checkov $checkov_version"
    rm -rf "$target"
    python3 -c 'import ensurepip, venv' 2>/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; }
    python3 -m venv "$target"
    "$target/bin/pip" install --quiet --disable-pip-version-check "checkov==$checkov_version"
    touch "$target/complete"
  fi
  ln -sf "$target/bin/checkov" "$cache/bin/checkov"
}

# A program of a Debian package, unpacked, so that no service starts.
unpacked() {
  local program=$1 package=$2
  [ -x "$cache/bin/$program" ] && return
  say "unpacking $program"
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && { apt-get download -qq "$package" >/dev/null 2>&1 || { apt-get update -qq && apt-get download -qq "$package" >/dev/null; }; } && dpkg -x "$package"_*.deb .)
  install -m 0755 "$folder/usr/bin/$program" "$cache/bin/$program"
  rm -rf "$folder"
}

# CustomResourceDefinitions of the projects whose objects the toolkit writes.
crd() {
  local module=$1 version=$2 file=$3
  [ -e "$cache/crds/$(basename "$file")" ] && return
  say "taking $(basename "$file") of $module $version"
  local folder
  folder=$(cd "$(mktemp -d)" && go mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
  mkdir -p "$cache/crds"
  install -m 0644 "$folder/$file" "$cache/crds/"
}

gitea() {
  local target="$cache/gitea-$gitea_version"
  [ -x "$target/gitea" ] && return
  say "building Gitea $gitea_version (minutes the first time)"
  local source
  (cd "$here/gitea" && go mod download code.gitea.io/gitea)
  source=$(cd "$here/gitea" && go list -m -f '{{.Dir}}' code.gitea.io/gitea)
  rm -rf "$target.new"
  mkdir -p "$target.new"
  (cd "$here/gitea" && go build -tags 'sqlite sqlite_unlock_notify' -o "$target.new/gitea" code.gitea.io/gitea)
  cp -r "$source/templates" "$source/options" "$source/public" "$target.new/"
  chmod -R u+w,a+rX "$target.new"
  mv "$target.new" "$target"
}

kube_apiserver() {
  [ -x "$cache/bin/kube-apiserver-$kubernetes_version" ] && return
  say "building kube-apiserver $kubernetes_version (minutes the first time)"
  # Helm asks the server for its version, which a release's build stamps in.
  local version=k8s.io/component-base/version
  (cd "$here/kube-apiserver" && CGO_ENABLED=0 go build -ldflags "-s -w -X $version.gitVersion=$kubernetes_version" -o "$cache/bin/kube-apiserver.new" k8s.io/kubernetes/cmd/kube-apiserver)
  mv "$cache/bin/kube-apiserver.new" "$cache/bin/kube-apiserver-$kubernetes_version"
  ln -sf "kube-apiserver-$kubernetes_version" "$cache/bin/kube-apiserver"
}

argocd_rule() {
  [ -x "$cache/bin/argocd-rule-$argocd_version" ] && return
  say "building argocd-rule of Argo CD $argocd_version (minutes the first time)"
  (cd "$here/argocd-rule" && go build -ldflags '-s -w' -o "$cache/bin/argocd-rule.new" .)
  mv "$cache/bin/argocd-rule.new" "$cache/bin/argocd-rule-$argocd_version"
  ln -sf "argocd-rule-$argocd_version" "$cache/bin/argocd-rule"
}

debian docker-registry skopeo chromium
go_tool crane github.com/google/go-containerregistry/cmd/crane "$crane_version"
go_tool oras oras.land/oras/cmd/oras "$oras_version"
go_tool kube-score github.com/zegl/kube-score/cmd/kube-score "$kube_score_version"
go_tool crictl sigs.k8s.io/cri-tools/cmd/crictl "$crictl_version"
go_tool act github.com/nektos/act "$act_version"
checkov
unpacked promtool prometheus
unpacked etcd etcd-server
unpacked containerd containerd
unpacked ctr containerd
crd github.com/argoproj/argo-cd/v3 "$argocd_version" manifests/crds/application-crd.yaml
crd github.com/external-secrets/external-secrets v0.20.4 config/crds/bases/external-secrets.io_externalsecrets.yaml
crd github.com/prometheus-operator/prometheus-operator v0.82.2 example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml
crd github.com/prometheus-operator/prometheus-operator v0.82.2 example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml
gitea
kube_apiserver
argocd_rule

say "docker-registry $(docker-registry --version 2>&1 | head -n 1)"
say "$(skopeo --version)"
say "$(chromium --version)"
say "crane $("$cache/bin/crane" version)"
say "$("$cache/bin/oras" version | head -n 1)"
say "$("$cache/bin/promtool" --version 2>&1 | head -n 1)"
say "$("$cache/gitea-$gitea_version/gitea" --version)"
say "$("$cache/bin/containerd" --version), $("$cache/bin/crictl" --version)"
say "etcd $("$cache/bin/etcd" --version | head -n 1), kube-apiserver $kubernetes_version, argocd-rule $argocd_version"
