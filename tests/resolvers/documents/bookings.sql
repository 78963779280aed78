select id, number, status, tour_type, source, customer_id, reservation_id, customer_name, customer_email, customer_phone, guest_first_name, party_size, starts_at, ends_at, time_zone, pickup, dropoff, special_requests, internal_notes, driver_notes, currency, subtotal_cents, discount_cents, tax_cents, total_cents, deposit_cents, balance_cents, hold_expires_at, deposit_received_at, cancelled_at, no_show, created_at, updated_at, version, null from bookings where starts_at >= %(starts_on_from)s order by starts_at, id limit 21;

select id, name, email, phone, vip, tags, internal_notes, preferences, consents, archived_at, merged_into_id, created_at, updated_at, version, id from customers where id = any(%(keys)s);

select id, booking_id, reservation_id, proposal_id, customer_id, kind, method, status, currency, amount_cents, reference, received_at, created_at, version, booking_id from payments where booking_id = any(%(keys)s) order by booking_id, created_at, id;

select id, booking_id, position, kind, winery_id, restaurant_id, hotel_id, own_place_id, name, address, planned_arrival_at, minutes, arrived_at, departed_at, third_party_status, booking_id from booking_stops where booking_id = any(%(keys)s) order by booking_id, position;

select t.id, t.name, t.make, t.model, t.year, t.vehicle_type, t.seats, t.status, t.mileage, t.version, j.booking_id from booking_vehicles j join vehicles t on t.id = j.vehicle_id where j.booking_id = any(%(keys)s) order by j.booking_id, t.name, t.id;

select t.id, t.name, t.email, t.phone, t.status, t.version, j.booking_id from booking_drivers j join drivers t on t.id = j.driver_id where j.booking_id = any(%(keys)s) order by j.booking_id, t.name, t.id;

select id, slug, name, address, website, verified, ava, neighborhood, city, state, latitude, longitude, currency, tasting_fee_cents, tasting_fee_waiver, reservation_required, hours, wine_styles, features, founded_year, visit_minutes, id from wineries where id = any(%(keys)s);
