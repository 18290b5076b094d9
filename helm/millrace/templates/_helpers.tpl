{{- define "millrace.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "millrace.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "millrace.selectorLabels" -}}
app.kubernetes.io/name: {{ include "millrace.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "millrace.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "millrace.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "millrace.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "millrace.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* Annotations of an object: its own, and those of every object. */}}
{{- define "millrace.annotations" -}}
{{- with merge (deepCopy (default dict (index . 1))) (index . 0).Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* An image; global.imageRegistry takes the place of its registry. */}}
{{- define "millrace.fromRegistry" -}}
{{- $registry := ((index . 0).Values.global).imageRegistry }}
{{- if $registry }}
{{- printf "%s/%s" $registry (regexReplaceAll "^[^/]*[.:][^/]*/" (index . 1) "") }}
{{- else }}
{{- index . 1 }}
{{- end }}
{{- end }}

{{- define "millrace.image" -}}
{{- $repository := include "millrace.fromRegistry" (list . .Values.image.repository) }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "millrace.seccompProfile" -}}
{{- if eq .Values.seccomp.mode "runtimeDefault" -}}
type: RuntimeDefault
{{- else if eq .Values.seccomp.mode "unconfined" -}}
type: Unconfined
{{- else if eq .Values.seccomp.mode "spo" -}}
type: Localhost
localhostProfile: {{ printf "operator/%s.json" (include "millrace.spoName" .) }}
{{- else -}}
type: Localhost
localhostProfile: {{ .Values.seccomp.localhostProfile }}
{{- end }}
{{- end }}

{{/* Profiles of the operator belong to the cluster, so their names carry the namespace. */}}
{{- define "millrace.spoName" -}}
{{- printf "%s-%s" .Release.Namespace (include "millrace.fullname" .) | trunc 63 | trimPrefix "-" | trimSuffix "-" }}
{{- end }}

{{/* The folder that is served; in a clone a subPath is only there once it has been made. */}}
{{- define "millrace.root" -}}
{{- if eq .Values.content.type "gitSync" -}}
{{- printf "/srv/content%s" (ternary "" (printf "/%s" .Values.content.subPath) (empty .Values.content.subPath)) }}
{{- else -}}
/srv
{{- end }}
{{- end }}

{{/* The Secret with the certificate; empty without HTTPS. */}}
{{- define "millrace.tlsSecret" -}}
{{- if .Values.tls.secretName -}}
{{- .Values.tls.secretName }}
{{- else if .Values.tls.certManager.enabled -}}
{{- printf "%s-tls" (include "millrace.fullname" .) }}
{{- end }}
{{- end }}

{{/* Whether a claim of the chart can be mounted by one node or one pod only. */}}
{{- define "millrace.singleMount" -}}
{{- $claim := .Values.content.persistentVolumeClaim }}
{{- if and (eq .Values.content.type "persistentVolumeClaim") (not (has "ReadWriteMany" $claim.accessModes)) (not (has "ReadOnlyMany" $claim.accessModes)) -}}
content.persistentVolumeClaim.accessModes
{{- else if eq .Values.state.type "existingClaim" -}}
state.claimName
{{- end }}
{{- end }}

{{/* With such a claim, a new pod would wait for the volume of the old one, which waits for the new pod. */}}
{{- define "millrace.strategy" -}}
{{- if .Values.strategy -}}
{{- toYaml .Values.strategy }}
{{- else if include "millrace.singleMount" . -}}
type: Recreate
{{- else -}}
type: RollingUpdate
rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
{{- end }}
{{- end }}

{{/* The addresses of a port, one for each family. */}}
{{- define "millrace.listen" -}}
{{- $addresses := list }}
{{- $port := index . 1 }}
{{- range (index . 0).Values.ipFamilies }}
{{- $addresses = append $addresses (printf "%s:%d" (ternary "[::]" "0.0.0.0" (eq . "IPv6")) $port) }}
{{- end }}
{{- join "," $addresses }}
{{- end }}

{{/* The management port has one address; on the node's network it is the loopback address. */}}
{{- define "millrace.management" -}}
{{- $ipv6 := eq (first .Values.ipFamilies) "IPv6" }}
{{- if .Values.hostNetwork -}}
{{- ternary "[::1]:9090" "127.0.0.1:9090" $ipv6 }}
{{- else -}}
{{- ternary "[::]:9090" "0.0.0.0:9090" $ipv6 }}
{{- end }}
{{- end }}

{{- define "millrace.probeHost" -}}
{{- if .Values.hostNetwork }}, host: {{ ternary "\"::1\"" "127.0.0.1" (eq (first .Values.ipFamilies) "IPv6") }}{{ end }}
{{- end }}

{{/* How many seconds a start may take: the warm-up, and as much as a slow node needs besides. */}}
{{- define "millrace.startSeconds" -}}
{{- $warmUp := toString (default "off" (index .Values.settings "warm-up")) }}
{{- $seconds := 0 }}
{{- if hasSuffix "ms" $warmUp }}
{{- $seconds = 1 }}
{{- else if hasSuffix "m" $warmUp }}
{{- $seconds = mul 60 (trimSuffix "m" $warmUp | int) }}
{{- else if hasSuffix "s" $warmUp }}
{{- $seconds = trimSuffix "s" $warmUp | int }}
{{- end }}
{{- add 60 (mul 2 $seconds) }}
{{- end }}

{{/* What cannot be meant, said before anything is installed. */}}
{{- define "millrace.check" -}}
{{- $content := .Values.content }}
{{- if not (kindIs "map" .Values.settings) }}
{{- fail "settings must be a map of Millrace's settings; {} changes none of them" }}
{{- end }}
{{- if and (eq .Values.service.type "ClusterIP") (or .Values.service.nodePort .Values.service.httpsNodePort) }}
{{- fail "service.nodePort and service.httpsNodePort need service.type NodePort or LoadBalancer: a ClusterIP has no port on nodes" }}
{{- end }}
{{- if not .Values.image.repository }}
{{- fail "image.repository must name the image of the server, with its registry: there is no public one. Build it with `docker build -t REGISTRY/millrace:0.1.0 -f docker/Dockerfile .`, push it, and set image.repository=REGISTRY/millrace and image.tag" }}
{{- end }}
{{- $single := include "millrace.singleMount" . }}
{{- if and $single (or .Values.autoscaling.enabled (gt (int .Values.replicaCount) 1)) }}
{{- fail (printf "%s is for one pod: set replicaCount to 1 without autoscaling, or use a claim that several nodes can mount (for state: ephemeral)" $single) }}
{{- end }}
{{- if and $single (eq (default "Recreate" .Values.strategy.type) "RollingUpdate") (ne (int (default 1 (dig "rollingUpdate" "maxSurge" 1 .Values.strategy))) 0) }}
{{- fail (printf "strategy RollingUpdate with a surge never ends with %s: the new pod waits for the volume of the old one" $single) }}
{{- end }}
{{- if and (.Values.settings).write (or .Values.content.readOnly (not (has .Values.content.type (list "existingClaim" "persistentVolumeClaim")))) }}
{{- fail "settings.write needs a claim of content with content.readOnly: false" }}
{{- end }}
{{- if and (eq $content.type "existingClaim") (not $content.existingClaim.claimName) }}
{{- fail "content.existingClaim.claimName must name the claim to serve (content.type is existingClaim)" }}
{{- end }}
{{- if and (eq $content.type "image") (not $content.image.reference) }}
{{- fail "content.image.reference must name the image to serve (content.type is image)" }}
{{- end }}
{{- if and (eq $content.type "hostPath") (not $content.hostPath.path) }}
{{- fail "content.hostPath.path must name the folder to serve (content.type is hostPath)" }}
{{- end }}
{{- if and (eq $content.type "gitSync") (not $content.gitSync.repository) }}
{{- fail "content.gitSync.repository must name the repository to serve (content.type is gitSync)" }}
{{- end }}
{{- if eq .Values.state.type "existingClaim" }}
{{- if not .Values.state.claimName }}
{{- fail "state.claimName must name the claim (state.type is existingClaim)" }}
{{- end }}
{{- end }}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.minReplicas)) }}
{{- fail "autoscaling.maxReplicas is less than autoscaling.minReplicas" }}
{{- end }}
{{- $scale := .Values.autoscaling }}
{{- if and $scale.enabled (not (or $scale.targetCPUUtilizationPercentage $scale.targetQueueDepth $scale.targetLoopBusyPercentage $scale.customMetrics)) }}
{{- fail "autoscaling needs targetCPUUtilizationPercentage, targetLoopBusyPercentage, targetQueueDepth or customMetrics" }}
{{- end }}
{{- if and .Values.tls.redirectHttp (not (include "millrace.tlsSecret" .)) }}
{{- fail "tls.redirectHttp needs HTTPS: tls.secretName or tls.certManager.enabled" }}
{{- end }}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) }}
{{- fail "tls.certManager.issuerRef.name must name an issuer" }}
{{- end }}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.dnsNames) }}
{{- fail "tls.certManager.dnsNames must list the names of the certificate" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs must name a Gateway" }}
{{- end }}
{{- end }}
