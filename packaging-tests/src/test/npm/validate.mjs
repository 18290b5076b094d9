// Checks every object of the YAML on standard input against its model. A line for each that is wrong, or unknown.
import { readFileSync } from "node:fs";
import yaml from "js-yaml";

const packages = {
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api/gateway.networking.k8s.io",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/monitoring.coreos.com",
};

function moduleOf(apiVersion) {
  const [version, group] = apiVersion.split("/").reverse();
  return packages[group]
    ? `${packages[group]}/${version}`
    : `kubernetes-models/${group ? group + "/" : ""}${version}`;
}

let checked = 0;
for (const object of yaml.loadAll(readFileSync(0, "utf8"))) {
  if (!object) continue;
  const name = `${object.kind} ${object.metadata?.name}`;
  let model;
  try {
    model = (await import(moduleOf(object.apiVersion)))[object.kind];
  } catch (missing) {
    if (missing.code !== "ERR_MODULE_NOT_FOUND" && missing.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw missing;
  }
  if (!model) {
    console.log(`unknown: ${object.apiVersion} ${name}`);
    continue;
  }
  try {
    new model(object).validate();
    checked++;
  } catch (wrong) {
    console.log(`wrong: ${name}: ${wrong.message}`);
  }
}
console.log(`checked: ${checked}`);
