// What the scripts share: the client of Orange Data as a shop would set it up,
// and the words in which the tests hear of what came back. The configuration
// is JSON in KKTCTL_TEST_CONFIG.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

const modules = process.env.KKTCTL_TEST_NODE_MODULES;
const library = require(path.join(modules, 'node-orangedata'));
const { OrangeDataError } = require(path.join(modules, 'node-orangedata', 'lib', 'errors'));
const config = JSON.parse(process.env.KKTCTL_TEST_CONFIG);

// The service hands out keys with a passphrase, and the client insists on one.
const passphrase = 'открыть 1234';

function locked(file) {
  const key = crypto.createPrivateKey(fs.readFileSync(file));
  return key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
}

function agent(apiUrl, { cert = config.cert, key = config.key, signing = config.signing } = {}) {
  return new library.OrangeData({
    apiUrl,
    ca: fs.readFileSync(config.ca),
    cert: fs.readFileSync(cert),
    key: locked(key),
    passphrase,
    privateKey: fs.readFileSync(signing),
  });
}

// answer tells what came of a call: what it gave, or the error's status and
// texts.
async function answer(call) {
  try {
    const value = await call();
    return { ok: true, value: value === undefined ? null : value };
  } catch (error) {
    const known = error instanceof OrangeDataError;
    return {
      ok: false,
      status: known && error.response ? error.response.statusCode : 0,
      message: error.message,
      errors: known ? error.errors || [] : [String(error.stack)],
    };
  }
}

// run prints the answers by the names of their steps.
async function run(steps) {
  const answers = {};
  for (const [name, call] of Object.entries(steps)) {
    answers[name] = await answer(call); // one after another: they build on each other
  }
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}

module.exports = { agent, config, library, run };
