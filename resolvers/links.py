"""Links: the list that staff see, and what they do to one."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry
from strawberry import Info

from db.database import Transaction
from db.links import LINKS
from domain.identity import Scope
from domain.links import Link as Issued
from resolvers.inputs import instant
from resolvers.keys import key_of
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.links import (
    Link,
    LinkFilter,
    LinkPayload,
    ReissueLinkInput,
    ReissueLinkPayload,
    RevokeLinkInput,
    SetLinkExpiryInput,
)
from schema.orders import LinkOrder
from schema.pagination import Connection
from services.links import reissue_link, revoke_link, set_link_expiry


@strawberry.type
class LinkQuery:
    """Root fields that read links."""

    links: Connection[Link] = listed(
        LINKS,
        filter=LinkFilter,
        order=LinkOrder.CREATED_AT_DESC,
        scope=Scope.LINKS_READ,
        description="Links that guests hold, without their tokens.",
    )
    link: Link | None = by_id(Link, LINKS)


@strawberry.type
class LinkMutation:
    """Root fields that end links and give them anew."""

    @mutation(
        LinkPayload,
        scope=Scope.LINKS_WRITE,
        description="End a link at once: whoever holds its token opens nothing with it.",
    )
    async def revoke_link(self, info: Info, input: RevokeLinkInput) -> LinkPayload:
        world, id = info.context.world, decode_as("Link", input.id)
        version, now = input.expected_version, world.now()
        return await _changed(
            info,
            lambda tx: revoke_link(tx, id, expected_version=version, now=now, ids=world.ids),
        )

    @mutation(
        LinkPayload,
        scope=Scope.LINKS_WRITE,
        description="Say when a link ends by itself.",
    )
    async def set_link_expiry(self, info: Info, input: SetLinkExpiryInput) -> LinkPayload:
        world, id = info.context.world, decode_as("Link", input.id)
        version, now = input.expected_version, world.now()
        until = input.expires_at and instant(input.expires_at, "expiresAt")
        return await _changed(
            info,
            lambda tx: set_link_expiry(
                tx, id, until, expected_version=version, now=now, ids=world.ids
            ),
        )

    @mutation(
        ReissueLinkPayload,
        scope=Scope.LINKS_WRITE,
        description="Give a link in the place of another, which opens nothing any more.",
        keyed=True,
    )
    async def reissue_link(self, info: Info, input: ReissueLinkInput) -> ReissueLinkPayload:
        context, world = info.context, info.context.world
        id, now = decode_as("Link", input.id), world.now()
        until = input.expires_at and instant(input.expires_at, "expiresAt")

        async def work(tx: Transaction) -> UUID:
            made = await reissue_link(
                tx,
                id,
                until,
                expected_version=input.expected_version,
                mailed=input.mail,
                now=now,
                ids=world.ids,
            )
            return made.id

        made = await context.write(work, key=key_of(info))
        token = world.links.token_of(made)
        return ReissueLinkPayload(link=await one(info, LINKS, made), token=token, errors=[])


async def _changed(info: Info, work: Callable[[Transaction], Awaitable[Issued]]) -> LinkPayload:
    changed: Issued = await info.context.write(work)
    return LinkPayload(link=await one(info, LINKS, changed.id), errors=[])
