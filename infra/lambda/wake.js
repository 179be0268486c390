// Woken by the gateway's log when something has changed, wakes the worker. What the log says is not looked at.
const { SendMessageCommand, SQSClient } = require('@aws-sdk/client-sqs');

const queue = new SQSClient();

exports.handler = async (_event, context) => {
  // The queue drops a body that it has had within five minutes, so each has another one.
  const message = { QueueUrl: process.env.WAKE_QUEUE, MessageGroupId: 'orders', MessageBody: context.awsRequestId };
  await queue.send(new SendMessageCommand(message));
};
