{{- define "millrace.contentVolume" -}}
{{- $content := .Values.content -}}
{{- if eq $content.type "existingClaim" -}}
persistentVolumeClaim:
  claimName: {{ $content.existingClaim.claimName }}
  readOnly: {{ $content.readOnly }}
{{- else if eq $content.type "persistentVolumeClaim" -}}
persistentVolumeClaim:
  claimName: {{ include "millrace.fullname" . }}-content
  readOnly: {{ $content.readOnly }}
{{- else if eq $content.type "configMap" -}}
configMap:
  name: {{ default (printf "%s-content" (include "millrace.fullname" .)) $content.configMap.name }}
{{- else if eq $content.type "image" -}}
image:
  reference: {{ $content.image.reference }}
  pullPolicy: {{ $content.image.pullPolicy }}
{{- else if eq $content.type "hostPath" -}}
hostPath:
  path: {{ $content.hostPath.path }}
  type: {{ $content.hostPath.type }}
{{- else if eq $content.type "gitSync" -}}
emptyDir:
  sizeLimit: {{ $content.gitSync.sizeLimit }}
{{- else -}}
emptyDir:
  sizeLimit: {{ $content.emptyDir.sizeLimit }}
{{- end }}
{{- end }}

{{/*
A container that clones the repository, or one that keeps it up to date. In place, because the server holds its root
open; git replaces files by renaming, so that each is whole at any time.
*/}}
{{- define "millrace.git" -}}
{{- $root := index . 0 -}}
{{- $git := $root.Values.content.gitSync -}}
image: {{ include "millrace.fromRegistry" (list $root $git.image) }}
command: [sh, -c]
args:
  - |
    set -eu
    export HOME=/tmp GIT_TERMINAL_PROMPT=0
    [ ! -f /netrc/.netrc ] || cp /netrc/.netrc /tmp/.netrc
    cd /srv
    {{- if eq (index . 1) "once" }}
    [ -d content/.git ] || git clone --depth 1 --branch "$REF" -- "$REPOSITORY" content
    {{- else }}
    cd content
    trap 'exit 0' TERM INT # the first process of a container has no other default
    while sleep "$INTERVAL" & wait $!; do
      git fetch --quiet --depth 1 origin "$REF" && git reset --quiet --hard FETCH_HEAD || echo "git fetch failed" >&2
    done
    {{- end }}
env:
  - {name: REPOSITORY, value: {{ $git.repository | quote }}}
  - {name: REF, value: {{ $git.ref | quote }}}
  - {name: INTERVAL, value: {{ $git.intervalSeconds | quote }}}
resources:
  {{- toYaml $git.resources | nindent 2 }}
securityContext:
  {{- toYaml $root.Values.securityContext | nindent 2 }}
volumeMounts:
  - {name: content, mountPath: /srv}
  - {name: tmp, mountPath: /tmp}
  {{- if $git.netrcSecret }}
  - {name: netrc, mountPath: /netrc, readOnly: true}
  {{- end }}
{{- end }}
