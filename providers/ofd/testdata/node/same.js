// Sends the bodies of files through the client, which writes and signs them
// anew.
'use strict';

const fs = require('fs');
const { agent, config, run } = require('./common');

const shop = agent(`${config.url}/api/v2`);
const body = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

run({
  receipt: () => shop.httpClient.post('/documents', body(config.receipt)),
  correction: () => shop.httpClient.post('/corrections', body(config.correction)),
});
