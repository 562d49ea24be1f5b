// Speed of llama.cpp, as the npm package node-llama-cpp carries it, on one GGUF file: reading a
// prompt and writing token by token. Prints one JSON line.
//   node peer.mjs MODEL.gguf PROMPT_TOKENS NEW_TOKENS ROUNDS THREADS
import {getLlama} from "node-llama-cpp";

const [path, promptTokens, newTokens, rounds, threads] =
  [process.argv[2], ...process.argv.slice(3).map(Number)];
const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: threads});
const model = await llama.loadModel({modelPath: path});
const context = await model.createContext({
  contextSize: promptTokens + newTokens + 64, batchSize: Math.max(512, promptTokens), threads});
const sequence = context.getSequence();
const ids = (n) => Array.from({length: n}, (_, i) => (i * 7919 + 3) % 32000);
const median = (x) => x.sort((a, b) => a - b)[Math.floor(x.length / 2)];
const prefill = [], decode = [];
for (let round = 0; round <= rounds; ++round) {  // the first only warms up
  await sequence.clearHistory();
  let begin = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(ids(promptTokens));
  const read = promptTokens / (performance.now() - begin) * 1000;
  await sequence.clearHistory();
  begin = 0;
  let made = 0;
  for await (const token of sequence.evaluate(ids(1), {temperature: 0, yieldEogToken: true})) {
    if (begin === 0) begin = performance.now();  // from the first new token on
    else if (++made === newTokens) break;
  }
  if (round === 0) continue;
  prefill.push(read);
  decode.push(made / (performance.now() - begin) * 1000);
}
console.log(JSON.stringify({prefill: median(prefill), decode: median(decode)}));
process.exit(0);
