// A Bolt app with one slash command, whose tokens only Grantbook holds. docs/recipes/bolt-js.md tells how to run it.

import bolt from '@slack/bolt';
import { Grantbook, explain } from './grantbook-store.mjs';

const { App } = bolt;
const slackApiUrl = process.env.SLACK_API_URL ?? 'https://slack.com/api/';
const grantbook = Grantbook.fromEnvironment();

const app = new App({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  authorize: grantbook.authorize,
  // What axios says of a failed request has the token in its headers.
  clientOptions: { slackApiUrl, attachOriginalToWebAPIRequestError: false },
});
app.use(explain);

app.command('/atlas', async ({ command, ack, client, respond }) => {
  const topic = command.text || 'everything';
  await ack(`Asking who works on ${topic} …`);
  try {
    const { user } = await client.users.info({ user: command.user_id });
    await client.chat.postMessage({ channel: command.channel_id, text: `@${user.name} asks who works on ${topic}.` });
  } catch (refusal) {
    const code = refusal.data?.error ?? refusal.code;
    await respond(`Slack did not let me ask: ${code}. Is the app a member of this channel?`);
  }
});

const server = await app.start({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT ?? 3000) });
console.log(`Bolt listens on port ${server.address().port}`);
