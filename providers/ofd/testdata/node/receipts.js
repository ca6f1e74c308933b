// A shop's day with the service: a receipt, a correction, their statuses, and
// what goes wrong.
'use strict';

const { agent, config, library, run } = require('./common');

const { Order, Correction } = library;
const shop = agent(`${config.url}/api/v2`);
const asPrinted = agent(`${config.url}/api/v1`); // where the document has corrections
const stranger = agent(`${config.url}/api/v2`, { cert: config.foreignCert, key: config.foreignKey });
const forger = agent(`${config.url}/api/v2`, { signing: config.foreignSigning });

function order(id, inn = config.inn) {
  return new Order({
    id,
    inn,
    group: 'Main',
    type: 1,
    customerContact: '+79991234567',
    customer: 'покупатель',
    customerINN: '7725713770',
    taxationSystem: 1,
  })
    .addPosition({
      text: 'Тестовый товар',
      quantity: 5,
      price: 10,
      tax: 1,
      paymentMethodType: 1,
      paymentSubjectType: 1,
      nomenclatureCode: 'igQVAAADMTIzNDU2Nzg5MDEyMwAAAQ==',
      supplierINN: '3123011520',
      supplierInfo: { phoneNumbers: ['+79998887766'], name: 'Наименование поставщика' },
    })
    .addPayment({ type: 1, amount: 10 })
    .addPayment({ type: 2, amount: 40 })
    .addAgent({
      agentType: 127,
      paymentTransferOperatorPhoneNumbers: ['+79998887766'],
      paymentAgentOperation: 'Операция агента',
      paymentAgentPhoneNumbers: ['+79998887766'],
      paymentOperatorPhoneNumbers: ['+79998887766'],
      paymentOperatorName: 'Наименование оператора перевода',
      paymentOperatorAddress: 'Адрес оператора перевода',
      paymentOperatorINN: '3123011520',
      supplierPhoneNumbers: ['+79998887766'],
    })
    .addUserAttribute({ name: 'citation', value: 'В здоровом теле здоровый дух, этот лозунг еще не потух!' });
}

function correction(id) {
  return new Correction({
    id,
    inn: config.inn,
    group: 'Main',
    key: '1234567',
    type: 1,
    correctionType: 1,
    causeDocumentDate: '2017-08-10T00:00:00',
    causeDocumentNumber: 'ФЗ-54',
    totalSum: 17.25,
    cashSum: 1.23,
    eCashSum: 2.34,
    prepaymentSum: 5.67,
    postpaymentSum: 4.56,
    otherPaymentTypeSum: 3.45,
    tax1Sum: 1.34,
    taxationSystem: 1,
    settlementAddress: 'г.Москва, Красная площадь, д.1',
    settlementPlace: 'Палата №6',
  });
}

run({
  'receipt': () => shop.sendOrder(order('node-1')),
  'receipt waits': () => shop.getOrderStatus(config.inn, 'node-1'),
  'receipt is printed': () => shop.getOrderStatus(config.inn, 'node-1'),
  'correction': () => shop.sendCorrection(correction('node-2')),
  'correction waits': () => shop.getCorrectionStatus(config.inn, 'node-2'),
  'correction is printed': () => shop.getCorrectionStatus(config.inn, 'node-2'),
  'correction among documents': () => shop.getOrderStatus(config.inn, 'node-2'),
  'correction as the document prints it': () => asPrinted.sendCorrection(correction('node-3')),
  'receipt again': () => shop.sendOrder(order('node-1')),
  'correction again': () => shop.sendCorrection(correction('node-2')),
  'company unknown': () => shop.sendOrder(order('node-4', '7725713770')),
  'wrong signature': () => forger.sendOrder(order('node-5')),
  'receipt unknown': () => shop.getOrderStatus(config.inn, 'node-6'),
  'foreign certificate': () => stranger.sendOrder(order('node-7')),
  'status with a foreign certificate': () => stranger.getOrderStatus(config.inn, 'node-1'),
});
