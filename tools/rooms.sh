# The rooms of tools/layers.mk in their order, as $rooms.
rooms=$(awk '$1 == "LAYERS" { sub(/.*:= */, ""); print }' tools/layers.mk)
