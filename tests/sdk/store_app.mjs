// A Bolt app whose tokens come from @slack/oauth, which takes the recipe's store for its installation store.

import bolt from '@slack/bolt';
import oauth from '@slack/oauth';
import { Grantbook } from './grantbook-store.mjs';

const clientOptions = { slackApiUrl: process.env.SLACK_API_URL };
const installer = new oauth.InstallProvider({
  // For its install pages, which nobody opens.
  clientId: 'none',
  clientSecret: 'none',
  stateVerification: false,
  installationStore: Grantbook.fromEnvironment().installationStore(),
  clientOptions,
});
const app = new bolt.App({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  clientOptions,
  authorize: async (source) => {
    try {
      return await installer.authorize(source);
    } catch {
      return { gone: true };
    }
  },
});
app.use(async ({ context, ack, next }) => (context.gone ? ack('The installation is no longer available.') : next()));
app.command('/atlas', async ({ command, ack, client }) => {
  await ack();
  const { user } = await client.users.info({ user: command.user_id });
  const text = `@${user.name} asks who works on ${command.text}.`;
  await client.chat.postMessage({ channel: command.channel_id, text });
});
const server = await app.start({ host: '127.0.0.1', port: Number(process.env.PORT) });
console.log(`Bolt listens on port ${server.address().port}`);
