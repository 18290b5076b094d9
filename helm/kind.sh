#!/usr/bin/env bash
# Tries image and chart on a cluster of kind's, on a machine with docker, kind, kubectl and helm:
#
#   helm/kind.sh            builds, installs with io_uring, tests, upgrades under load, rolls back
#   helm/kind.sh delete     removes the cluster
#
# This is what the tests of this repository cannot show, having no API server: Services, probes, hooks, an upgrade.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
cluster=millrace

if [ "${1:-}" = delete ]; then
    exec kind delete cluster --name "$cluster"
fi
for need in docker kind kubectl helm; do
    command -v "$need" >/dev/null || { echo "helm/kind.sh needs $need" >&2; exit 2; }
done

if ! kind get clusters | grep -qx "$cluster"; then
    # The folder of the shipped profile becomes the kubelet's, on every node.
    kind create cluster --name "$cluster" --wait 120s --config - <<YAML
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
  - role: worker
    extraMounts: [{hostPath: $PWD/docker/seccomp, containerPath: /var/lib/kubelet/seccomp/profiles, readOnly: true}]
  - role: worker
    extraMounts: [{hostPath: $PWD/docker/seccomp, containerPath: /var/lib/kubelet/seccomp/profiles, readOnly: true}]
YAML
fi
docker build -t millrace:kind -f docker/Dockerfile .
kind load docker-image millrace:kind --name "$cluster"
export HELM_KUBECONTEXT=kind-$cluster
k() { kubectl --context "kind-$cluster" "$@"; }

k create namespace millrace --dry-run=client -o yaml | k apply -f -
k label namespace millrace pod-security.kubernetes.io/enforce=restricted --overwrite
install=(helm upgrade --install millrace helm/millrace --namespace millrace --wait --timeout 3m
    --set image.repository=millrace --set image.tag=kind --set seccomp.mode=localhost)
"${install[@]}"
helm test millrace --namespace millrace --logs
k -n millrace logs deployment/millrace | grep ' over '

echo 'Upgrading under load: a pod asks ten thousand times while every replica is replaced.'
k -n millrace delete pod load --ignore-not-found --wait
k -n millrace run load --image=millrace:kind --restart=Never --overrides='{"spec":{"securityContext":{"runAsNonRoot":true,"runAsUser":65532,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"load","image":"millrace:kind","command":["bash","-c","lost=0; for i in $(seq 10000); do exec 3<>/dev/tcp/millrace/80 && printf \"GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n\" >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ] || lost=$((lost+1)); exec 3>&- || true; done 2>/dev/null; echo lost $lost; [ $lost = 0 ]"],"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}'
"${install[@]}" --set-string 'podAnnotations.tried=again'
k -n millrace wait pod/load --for=jsonpath='{.status.phase}'=Succeeded --timeout=10m
k -n millrace logs load
helm rollback millrace 1 --namespace millrace --wait
echo 'Done. helm/kind.sh delete removes the cluster.'
