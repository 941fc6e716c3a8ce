import type { FriendshipView, PersonRef } from '../api/models';

/** A friendship seen from one side. */
export interface Friend {
  readonly friendshipId: string;
  readonly person: PersonRef;
  readonly since: string;
}

export function toFriend(friendship: FriendshipView, me: string): Friend | null {
  const person = friendship.users.find((user) => user.id !== me);
  return person ? { friendshipId: friendship.id, person, since: friendship.createdAt } : null;
}
