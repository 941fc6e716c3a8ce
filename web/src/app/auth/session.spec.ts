import { account, makeReadyWorld, makeWorld, read, settle } from '../../testing/world';
import { refusal } from '../../testing/fakes';
import { SessionActions } from './session.actions';
import { sessionFeature } from './session.feature';

describe('a signed-in person', () => {
  // Proves: B-11
  it('without permissions is not signed out, and nothing is asked that would be refused', async () => {
    const world = makeWorld();
    world.api.answer = (call) => {
      if (call.path === '/api/account/me') return account([]);
      throw refusal(403, 'forbidden', 'no');
    };
    world.store.dispatch(SessionActions.signedIn({ identity: { userId: 'me', userName: 'carol' } }));
    await settle();
    expect(world.api.calls.map((c) => c.path)).toEqual(['/api/account/me']);
    expect(world.hub.started).toBe(0);
    expect(world.left).toEqual([]);
    expect(read(world, sessionFeature.selectMayChat)).toBe(false);
  });

  // Proves: B-11, H-01
  it('is let in by a new token once the address is confirmed', async () => {
    const world = makeWorld();
    world.api.answer = (call) => (call.path === '/api/account/me' ? account([]) : { items: [] });
    world.store.dispatch(SessionActions.signedIn({ identity: { userId: 'me', userName: 'carol' } }));
    await settle();
    world.api.answer = (call) => (call.path === '/api/account/me' ? account() : { items: [] });
    world.store.dispatch(SessionActions.checkConfirmation());
    await settle();
    expect(world.tokens.renewals).toBe(1);
    expect(world.hub.started).toBe(1);
    expect(world.api.of('GET', '/api/chats').length).toBeGreaterThan(0);
  });

  // Proves: W-48, B-11
  it.each<[Parameters<typeof account>[0]]>([
    [[]],
    [['users.view_others']],
    [['users.view_others', 'messages.create']],
  ])('has a list of permissions, be it %j', async (permissions) => {
    const world = makeWorld();
    world.store.dispatch(SessionActions.accountLoaded({ account: account(permissions) }));
    await settle();
    expect(read(world, sessionFeature.selectPermissions)).toEqual(permissions);
  });

  it('starts the lists and the hub once, however often the account is read again', async () => {
    const world = await makeReadyWorld();
    world.store.dispatch(SessionActions.accountLoaded({ account: account() }));
    await settle();
    expect(world.hub.started).toBe(1);
  });

  // Proves: W-51
  it('whose session ends is told so, with the way back to the page', async () => {
    const world = await makeReadyWorld();
    world.tokens.ended.next();
    await settle();
    expect(world.left).toEqual(['/signed-out?why=ended&to=%2Fchats%2Fc1']);
    expect(world.hub.link.value).toBe('stopped');
  });

  // Proves: B-32, W-42
  it('who signs out closes the hub connection first', async () => {
    const world = await makeReadyWorld();
    world.store.dispatch(SessionActions.signOut());
    await settle();
    expect(world.hub.link.value).toBe('stopped');
  });

  // Proves: W-13
  it('may ask for the confirmation mail again and sees that it is on its way', async () => {
    const world = makeWorld();
    world.store.dispatch(SessionActions.accountLoaded({ account: account([]) }));
    world.store.dispatch(SessionActions.resendConfirmation());
    await settle();
    expect(world.api.of('POST', '/api/account/resend-confirmation')[0]?.body).toEqual({
      email: 'ilka@example.test',
    });
    expect(read(world, sessionFeature.selectConfirmation)).toBe('sent');
  });

  // Proves: H-31
  it('sees what the server has to say', async () => {
    const world = await makeReadyWorld();
    world.hub.pushed.next({ name: 'ReceiveNotification', body: { title: 'Maintenance', text: 'at ten' } });
    expect(world.notices()).toEqual(['Maintenance: at ten']);
  });
});
