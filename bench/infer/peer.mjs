// Speed of llama.cpp, as the npm package node-llama-cpp carries it, on one GGUF file: reading a
// prompt, and writing token by token, one sequence or several at once. Prints one JSON line.
//   node peer.mjs MODEL.gguf PROMPT_TOKENS NEW_TOKENS ROUNDS THREADS [SEQUENCES]
import {getLlama} from "node-llama-cpp";

const [path, promptTokens, newTokens, rounds, threads, sequences = 1] =
  [process.argv[2], ...process.argv.slice(3).map(Number)];
const llama = await getLlama({gpu: false, build: "never", logLevel: "error", maxThreads: threads});
const model = await llama.loadModel({modelPath: path});
const context = await model.createContext({
  sequences, contextSize: promptTokens + newTokens + 64,
  batchSize: Math.max(512, promptTokens), threads});
const all = Array.from({length: sequences}, () => context.getSequence());
const ids = (n, from = 3) => Array.from({length: n}, (_, i) => (i * 7919 + from) % 32000);
const median = (x) => x.sort((a, b) => a - b)[Math.floor(x.length / 2)];

// Writes newTokens behind the first new token of each; all run in the batches of one context.
async function write(sequence, from) {
  let begin = 0, made = 0;
  for await (const token of sequence.evaluate(ids(1, from), {temperature: 0, yieldEogToken: true})) {
    if (begin === 0) begin = performance.now();  // from the first new token on
    else if (++made === newTokens) break;
  }
  return [begin, performance.now()];
}

const prefill = [], decode = [];
for (let round = 0; round <= rounds; ++round) {  // the first only warms up
  for (const sequence of all) await sequence.clearHistory();
  const begin = performance.now();
  await all[0].evaluateWithoutGeneratingNewTokens(ids(promptTokens));
  const read = promptTokens / (performance.now() - begin) * 1000;
  for (const sequence of all) await sequence.clearHistory();
  const times = await Promise.all(all.map((sequence, i) => write(sequence, 3 + i)));
  if (round === 0) continue;
  prefill.push(read);
  const seconds = (Math.max(...times.map((t) => t[1])) - Math.min(...times.map((t) => t[0]))) / 1000;
  decode.push(sequences * newTokens / seconds);
}
console.log(JSON.stringify({prefill: median(prefill), decode: median(decode)}));
process.exit(0);
