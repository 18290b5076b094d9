// Uploads a file, aborts after the first part, and resumes: node tus.mjs URL FILE
import * as tus from "tus-js-client";
import { createReadStream, statSync } from "node:fs";

const [url, file] = process.argv.slice(2);
const size = statSync(file).size;

function upload(options) {
  return new Promise((resolve, reject) => {
    const it = new tus.Upload(createReadStream(file), {
      endpoint: url,
      chunkSize: 300_000,
      uploadSize: size,
      retryDelays: null,
      metadata: { filename: "by tus.bin" },
      onError: reject,
      onSuccess: () => resolve({ upload: it, ended: true }),
      onChunkComplete: (_, accepted) => {
        if (options.abort && accepted < size) {
          it.abort().then(() => resolve({ upload: it, ended: false, accepted }), reject);
        }
      },
      ...options,
    });
    it.start();
  });
}

const first = await upload({ abort: true });
if (first.ended || first.accepted !== 300_000) {
  throw new Error("the first upload was not aborted after its first part");
}
const second = await upload({ uploadUrl: first.upload.url });
if (!second.ended) {
  throw new Error("the second upload has not ended");
}
const third = await upload({ metadata: { filename: "removed" }, abort: true });
await third.upload.abort(true);
console.log("resumed " + second.upload.url);
